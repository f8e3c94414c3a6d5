//! Makes a module smaller to download without changing what it does.
//!
//! | step | what it does |
//! |---|---|
//! | [`merge`] | functions with the same type and code become one |
//! | [`rewrite`] | the locals that a function uses most get small numbers; what an address is aligned to is not said |
//! | [`order`] | functions that resemble each other are next to each other, where a compressor sees both |
//! | [`tables`] | tables of numbers become differences, which the module sums up before it starts |
//! | [`powers`] | tables of powers become a function that computes them before it starts |
//!
//! The same module gives the same bytes.

mod merge;
mod order;
mod powers;
mod rewrite;
mod tables;

use anyhow::Context;
use wasmparser::{CompositeInnerType, ExternalKind, FunctionBody, Parser, Payload, TypeRef, Validator};

/// The functions of a module. A place counts those that are not imported, which have the first numbers.
struct Functions<'m> {
    imported: u32,
    defined: Vec<Defined<'m>>,
}

/// A function that is not imported.
struct Defined<'m> {
    /// The number of its type.
    ty: u32,
    /// How many parameters it has.
    parameters: u32,
    code: FunctionBody<'m>,
    exported: bool,
}

/// The module, smaller.
pub fn compact(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let functions = Functions::read(module)?;
    let instead = merge::same(&functions)?;
    let order = order::by_likeness(&functions, &instead)?;
    let data = tables::Data::read(module)?;
    let written = rewrite::module(module, &functions, &instead, &order, data.as_ref())?;
    Validator::new().validate_all(&written).context("the compacted module is not valid")?;
    Ok(written)
}

impl<'m> Functions<'m> {
    fn read(module: &'m [u8]) -> anyhow::Result<Self> {
        let mut imported = 0;
        let (mut parameters, mut types, mut exported, mut bodies) = (vec![], vec![], vec![], vec![]);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        parameters.extend(group?.types().map(|ty| match &ty.composite_type.inner {
                            CompositeInnerType::Func(function) => function.params().len(),
                            _ => 0,
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                    }
                }
                Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                            exported.push(export.index);
                        }
                    }
                }
                // the tables would need one of their own
                Payload::StartSection { .. } => anyhow::bail!("there is a start function"),
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        anyhow::ensure!(types.len() == bodies.len(), "some functions have no code");
        let defined = (imported..).zip(types.into_iter().zip(bodies)).map(|(index, (ty, code))| {
            let parameters = u32::try_from(parameters[ty as usize])?;
            Ok(Defined { ty, parameters, code, exported: exported.contains(&index) })
        });
        Ok(Self { imported, defined: defined.collect::<anyhow::Result<_>>()? })
    }

    /// The place of a function; nothing for an imported one.
    fn place(&self, index: u32) -> Option<usize> {
        index.checked_sub(self.imported).map(|place| place as usize)
    }

    /// The number of a function, or of the one at the place that it is replaced by.
    fn replaced(&self, index: u32, instead: &[usize]) -> u32 {
        match self.place(index) {
            None => index,
            Some(place) => index - place as u32 + instead[place] as u32,
        }
    }
}

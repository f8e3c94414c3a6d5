//! Writing code and modules with functions and locals numbered anew.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder, utils};
use wasm_encoder::{
    CodeSection, DataSection, Function, FunctionSection, Instruction, Module, SectionId, StartSection,
    TypeSection, ValType,
};
use wasmparser::{
    CodeSectionReader, DataSectionReader, FunctionSectionReader, MemArg, Operator, Parser, TypeSectionReader,
};

use super::tables::Data;
use super::{Defined, Functions};

/// What the number of a function becomes.
type Number<'a> = &'a dyn Fn(u32) -> u32;

/// The code of a function.
pub fn code(function: &Defined<'_>, number: Number<'_>) -> anyhow::Result<Vec<u8>> {
    let locals = Locals::of(function)?;
    let mut written = Function::new_with_locals_types(locals.types.iter().copied());
    let mut writer = Code { number, locals: &locals };
    let mut operators = function.code.get_operators_reader()?;
    while !operators.eof() {
        written.instruction(&writer.parse_instruction(&mut operators)?);
    }
    Ok(written.into_raw_body())
}

/// The module with the functions at the places of `order`; `instead` has the places that replace the others. `data` is
/// the data that it has instead of its own.
pub fn module(
    module: &[u8],
    functions: &Functions<'_>,
    instead: &[usize],
    order: &[usize],
    data: Option<&Data>,
) -> anyhow::Result<Vec<u8>> {
    let mut numbers = vec![u32::MAX; functions.defined.len()];
    for (number, &place) in (functions.imported..).zip(order) {
        numbers[place] = number;
    }
    let number = |index| functions.place(index).map_or(index, |place| numbers[instead[place]]);
    let kept = || order.iter().map(|&place| &functions.defined[place]);
    let bodies: Vec<_> = kept().map(|function| code(function, &number)).collect::<Result<_, _>>()?;
    let types = kept().map(|function| function.ty).collect();
    let more = functions.imported + u32::try_from(order.len())?;
    let start = data.map(|data| data.functions(more)).transpose()?;
    let mut written = Module::new();
    Sections { number: &number, types, bodies, data, start, more, new_types: 0, started: false }
        .parse_core_module(&mut written, Parser::new(0), module)?;
    Ok(written.finish())
}

/// The locals of a function: those of a type next to each other, the most used first, without those that are not used.
struct Locals {
    /// How many parameters there are, which keep their numbers.
    parameters: u32,
    /// The types of the others.
    types: Vec<ValType>,
    /// The new numbers of the others.
    numbers: Vec<u32>,
}

impl Locals {
    fn of(function: &Defined<'_>) -> anyhow::Result<Self> {
        let mut types = Vec::new();
        for declared in function.code.get_locals_reader()? {
            let (count, ty) = declared?;
            types.extend((0..count).map(|_| ty));
        }
        let mut uses = vec![0_u32; types.len()];
        for operator in function.code.get_operators_reader()? {
            if let Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } = operator?
                && let Some(local) = local_index.checked_sub(function.parameters)
            {
                uses[local as usize] += 1;
            }
        }
        // types in the order in which they appear
        let first = |local: usize| types.iter().position(|ty| *ty == types[local]);
        let mut used: Vec<usize> = (0..types.len()).filter(|&local| uses[local] > 0).collect();
        used.sort_by_key(|&local| (first(local), u32::MAX - uses[local]));
        let mut numbers = vec![u32::MAX; types.len()];
        for (number, &local) in (function.parameters..).zip(&used) {
            numbers[local] = number;
        }
        let types = used.iter().map(|&local| RoundtripReencoder.val_type(types[local]));
        Ok(Self { parameters: function.parameters, types: types.collect::<Result<_, _>>()?, numbers })
    }

    fn number(&self, local: u32) -> u32 {
        local.checked_sub(self.parameters).map_or(local, |place| self.numbers[place as usize])
    }
}

/// Writes code.
struct Code<'a> {
    number: Number<'a>,
    locals: &'a Locals,
}

impl Reencode for Code<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        Ok((self.number)(function))
    }

    /// An engine may ignore how an address is said to be aligned, and those of browsers do: it is said the same everywhere.
    fn mem_arg(&mut self, arg: MemArg) -> Result<wasm_encoder::MemArg, Error<Infallible>> {
        Ok(wasm_encoder::MemArg { offset: arg.offset, align: 0, memory_index: arg.memory })
    }

    fn instruction<'o>(&mut self, operator: Operator<'o>) -> Result<Instruction<'o>, Error<Infallible>> {
        match operator {
            Operator::LocalGet { local_index } => Ok(Instruction::LocalGet(self.locals.number(local_index))),
            Operator::LocalSet { local_index } => Ok(Instruction::LocalSet(self.locals.number(local_index))),
            Operator::LocalTee { local_index } => Ok(Instruction::LocalTee(self.locals.number(local_index))),
            operator => utils::instruction(self, operator),
        }
    }
}

/// Writes the sections of a module.
struct Sections<'a> {
    number: Number<'a>,
    /// The types of the functions.
    types: Vec<u32>,
    /// Their code.
    bodies: Vec<Vec<u8>>,
    /// The data that replaces a segment.
    data: Option<&'a Data>,
    /// The code of its functions, which come last.
    start: Option<[Vec<u8>; 3]>,
    /// The number of the first of these functions.
    more: u32,
    /// The number of the type of the first of these functions.
    new_types: u32,
    /// Whether the start function was named.
    started: bool,
}

impl Reencode for Sections<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok((self.number)(function))
    }

    fn parse_type_section(
        &mut self,
        section: &mut TypeSection,
        from: TypeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_type_section(self, section, from)?;
        self.new_types = section.len();
        if self.data.is_some() {
            for parameters in Data::PARAMETERS {
                section.ty().function(parameters.iter().copied(), []);
            }
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        section: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for ty in &self.types {
            section.function(*ty);
        }
        if self.data.is_some() {
            for (ty, _) in (self.new_types..).zip(Data::PARAMETERS) {
                section.function(ty);
            }
        }
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error<Self::Error>> {
        // the section of the start function belongs between these two
        let is_here =
            after <= Some(SectionId::Export) && before.is_none_or(|before| before > SectionId::Start);
        if is_here && self.data.is_some() && !self.started {
            self.started = true;
            module.section(&StartSection { function_index: self.more + 2 });
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        section: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for body in self.bodies.iter().chain(self.start.iter().flatten()) {
            section.raw(body);
        }
        Ok(())
    }

    fn parse_data_section(
        &mut self,
        section: &mut DataSection,
        from: DataSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for (segment, data) in from.into_iter().enumerate() {
            let mut data = data?;
            if let Some(replacing) = self.data.filter(|replacing| replacing.segment == segment) {
                data.data = &replacing.bytes;
            }
            utils::parse_data(self, section, data)?;
        }
        Ok(())
    }
}

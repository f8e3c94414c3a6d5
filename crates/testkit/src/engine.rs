//! Compiler and VM, through the interface of the cases.

use std::sync::Arc;

use probelang_capture::{JsonLimits, write_json};
use probelang_check::{Options, Schema, judge};
use probelang_compile::compile;
use probelang_diagnostic::{Diagnostic, Span};
use probelang_dialect::ProgramKind;
use probelang_host::{Budget, Number};
use probelang_syntax::Tree;
use probelang_vm::Verdict;

use crate::cases::{Answer, Setup};
use crate::host::TestHost;
use crate::walk::Out;

/// A run of the VM.
#[derive(Clone, Debug)]
pub struct VmRun {
    /// What it gave. A message shows faults as the VM words them.
    pub answer: Answer,
    /// The value itself, of a value program.
    pub value: Option<Out>,
    /// The messages of the failed parts of a template, in order.
    pub messages: Vec<String>,
    /// Steps charged.
    pub steps: u64,
}

/// Compiles and runs `tree`.
pub fn vm(tree: &Tree, host: &mut TestHost, setup: &Setup) -> VmRun {
    vm_with(tree, host, setup, None)
}

/// Compiles `tree` for a scope of that schema, and runs it.
pub fn vm_with(tree: &Tree, host: &mut TestHost, setup: &Setup, schema: Option<Arc<Schema>>) -> VmRun {
    let policy = Arc::new(setup.policy.clone());
    let options = Options::of(setup.kind).with_dialect(setup.dialect).with_policy(Arc::clone(&policy));
    let options = match schema {
        Some(schema) => options.with_schema(schema),
        None => options,
    };
    let mut run = VmRun { answer: Answer::Refused(Vec::new()), value: None, messages: Vec::new(), steps: 0 };
    let judged = judge(tree.clone(), options);
    let compiled = match judged.accepted {
        Some(accepted) => compile(&accepted).map_err(|defect| vec![*defect]),
        None => Err(judged.diagnostics.clone()),
    };
    let (program, warnings) = match compiled {
        Ok(program) => (program, judged.diagnostics),
        Err(diagnostics) => {
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
            run.answer = Answer::Refused(errors.map(|diagnostic: &Diagnostic| diagnostic.code).collect());
            return run;
        }
    };
    let linked = program.link(host.names(), &policy);
    let mut budget = Budget::steps(setup.steps);
    let fault = |fault: probelang_vm::RawFault| Answer::Fault(fault.code, fault.span);
    run.answer = match setup.kind {
        ProgramKind::Condition => match linked.condition(host, &mut budget) {
            Verdict::Matched => Answer::Value("true".to_owned()),
            Verdict::NotMatched => Answer::Value("false".to_owned()),
            Verdict::Failed(failed) => fault(failed),
        },
        ProgramKind::Metric => match linked.metric(host, &mut budget) {
            Ok(Number::Int(n)) => Answer::Value(crate::walk::json(&Out::Int(n), &setup.policy)),
            Ok(Number::Uint(n)) => Answer::Value(crate::walk::json(&Out::Uint(n), &setup.policy)),
            Ok(Number::Float(n)) => Answer::Value(crate::walk::json(&Out::Float(n), &setup.policy)),
            Err(failed) => fault(failed),
        },
        ProgramKind::Value => {
            let json = linked.value(host, &mut budget, |value, reader| {
                let mut json = String::new();
                write_json(reader, &value, &JsonLimits::default(), &mut json)?;
                Ok(json)
            });
            // once more, for the kinds that JSON does not distinguish
            let mut again = Budget::steps(setup.steps);
            run.value = linked.value(host, &mut again, |value, reader| Out::read(&value, reader)).ok();
            json.map_or_else(fault, Answer::Value)
        }
        ProgramKind::Template => {
            let mut text = String::new();
            let rendered = linked.render(host, &mut budget, &setup.text, &mut text);
            let of_parts = rendered.errors.len() - usize::from(rendered.truncated);
            let errors = &rendered.errors[..of_parts];
            run.messages = errors.iter().map(|error| error.message.clone()).collect();
            let place = |error: &probelang_vm::EvaluationError| match error.fault {
                Some(fault) => (fault.code, fault.span),
                // a part that was not compiled: the compiler said why
                None => warnings
                    .iter()
                    .find(|warning| warning.message == error.message)
                    .map_or((probelang_diagnostic::fault::INTERNAL, Span::default()), |warning| {
                        (warning.code, warning.span)
                    }),
            };
            Answer::Text { text, faults: errors.iter().map(place).collect(), cut: rendered.truncated }
        }
    };
    run.steps = budget.spent();
    run
}

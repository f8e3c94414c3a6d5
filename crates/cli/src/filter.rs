//! The records for which a condition holds.

use probelang::Answer;
use probelang::capture::{Capture, Subject};
use probelang::diagnostic::{Code, SourceText, Span};

use crate::commands::filter::Faults;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::{Came, Entry, Inputs, Origin, Unusable, elements};
use crate::matching::shown_input;
use crate::reply::Reply;
use crate::run::{BoundProgram, needs_whole};

/// Kinds of faults that are reported one by one.
const KINDS: usize = 20;

/// Which records are written, and how.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// The answer of the condition that is wanted.
    pub wanted: bool,
    /// Only their number is written.
    pub count: bool,
    /// Written as a snapshot would show them.
    pub redacted: bool,
    /// What becomes of the others.
    pub faults: Option<Faults>,
}

/// What a condition says of a record. Of several answers the highest counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Verdict {
    False,
    Fault,
    True,
}

impl Verdict {
    /// What it is of one input.
    const fn of(reply: &Reply) -> Self {
        match reply {
            Reply::Answer(answer) => Self::of_answer(answer),
            Reply::Unusable(_) => Self::Fault,
        }
    }

    const fn of_answer(answer: &Answer) -> Self {
        match answer {
            Answer::Truth(true) => Self::True,
            Answer::Truth(false) => Self::False,
            Answer::Number(_) | Answer::Value(_) | Answer::Message(_) | Answer::Fault(_) => Self::Fault,
        }
    }
}

/// What came of an input.
struct Part {
    /// Whether it is the first of its record.
    begins: bool,
    record: Record,
}

/// What came of a record.
struct Record {
    verdict: Verdict,
    /// What is to be written if the verdict stays.
    text: Vec<u8>,
    /// What went wrong, and where.
    faults: Vec<(Origin, Reply)>,
}

/// What came of inputs, and what their thread uses again.
#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    /// The element of the last input.
    element: Option<usize>,
    /// Where the elements of the text are.
    elements: Vec<std::ops::Range<usize>>,
    /// The faults so far, by their code and place: only of the first of a kind more is said.
    kinds: Vec<(Code, Span)>,
    capture: Capture,
}

impl Batch {
    /// The record that an input is in, and whether it is its first.
    fn record<'t>(&mut self, entry: &Entry<'t>) -> (&'t [u8], bool) {
        let begins = entry.number == 0 || self.element != entry.element;
        self.element = entry.element;
        let Some(element) = entry.element else { return (entry.text, begins) };
        if entry.number == 0 {
            self.elements = elements(entry.text);
        }
        let text = self.elements.get(element).and_then(|range| entry.text.get(range.clone()));
        (text.unwrap_or(entry.text), begins)
    }

    fn add(&mut self, part: Part) {
        let Part { begins, record } = part;
        match self.records.last_mut().filter(|_| !begins) {
            Some(last) => last.join(record),
            None => self.records.push(record),
        }
    }
}

impl Record {
    fn join(&mut self, other: Self) {
        // as one answer says no more than the others, what is to be written of a record may come of any input with it
        if other.verdict > self.verdict {
            (self.verdict, self.text) = (other.verdict, other.text);
        } else if other.verdict == self.verdict && self.text.is_empty() {
            self.text = other.text;
        }
        self.faults.extend(other.faults);
    }
}

impl Filter {
    /// Writes the records.
    ///
    /// # Errors
    /// If the output takes no more, and with the status of a fault that ends the run.
    pub fn run(
        self,
        program: &BoundProgram,
        inputs: &Inputs,
        source: &SourceText<'_>,
        console: &mut Console,
    ) -> Outcome {
        let (mut written, mut highest, mut tally) = (0u64, Status::Ok, Tally::default());
        inputs.run_part(
            false,
            program.policy(),
            |batch: &mut Batch, entry, input| self.part(program, inputs, batch, entry, input),
            Batch::add,
            |came| {
                let (records, waits) = match came {
                    Came::Only(part) => (vec![part.record], false),
                    Came::Several { gathered, waits } => (gathered.records, waits),
                };
                for record in records {
                    for (from, reply) in record.faults {
                        if self.faults.is_none_or(|faults| faults == Faults::Fail) {
                            highest = highest.max(reply.status_of_many());
                        }
                        tally.add(&reply, || inputs.name(from), source, console)?;
                        if self.faults == Some(Faults::Fail) {
                            return Err(Failure::Told(highest));
                        }
                    }
                    // of what cannot be read there may be no text, or none that may be shown
                    let has_text = self.count || !record.text.is_empty();
                    if has_text && self.writes(record.verdict) {
                        written += 1;
                        if !self.count {
                            console.bytes(&record.text)?;
                        }
                    }
                }
                if waits { console.flush() } else { Ok(()) }
            },
        )?;
        if self.count {
            console.line(&written.to_string())?;
        }
        console.flush()?;
        tally.tell(console);
        inputs.remark(program.policy(), console);
        Ok(if written == 0 { highest.max(Status::False) } else { highest })
    }

    /// Whether a record is written.
    fn writes(self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::True => self.wanted,
            Verdict::False => !self.wanted,
            Verdict::Fault => self.faults == Some(Faults::Keep),
        }
    }

    fn part(
        self,
        program: &BoundProgram,
        inputs: &Inputs,
        batch: &mut Batch,
        entry: Entry<'_>,
        input: Result<Subject<'_>, Box<Unusable>>,
    ) -> Option<Part> {
        let (reply, shown) = match input {
            Ok(subject) => {
                let mut answer = program.answer(String::new(), &subject);
                let kind = match &answer {
                    Answer::Fault(fault) => Some((fault.code, fault.span)),
                    Answer::Truth(_) | Answer::Number(_) | Answer::Value(_) | Answer::Message(_) => None,
                };
                let is_new = kind.is_some_and(|kind| !batch.kinds.contains(&kind));
                let verdict = Verdict::of_answer(&answer);
                let shows = self.redacted && self.writes(verdict);
                if ((is_new && needs_whole(&answer, &subject)) || shows) && !entry.whole {
                    return None;
                }
                if is_new {
                    batch.kinds.extend(kind);
                    answer = program.hinted(answer, &subject, inputs);
                }
                let reply = Reply::Answer(answer);
                (reply, shows.then(|| shown_input(&subject, program.policy(), &mut batch.capture)))
            }
            // what is in it is not known, so that nothing of it can be shown
            Err(unusable) => (Reply::Unusable(unusable), self.redacted.then(String::new)),
        };
        let (text, begins) = batch.record(&entry);
        let verdict = Verdict::of(&reply);
        let text = match shown {
            Some(shown) => shown.into_bytes(),
            None if self.writes(verdict) && !self.count => text.to_vec(),
            None => Vec::new(),
        };
        let faults = if verdict == Verdict::Fault { vec![(entry.from, reply)] } else { Vec::new() };
        // what is shown of an input is a line of its own
        let begins = begins || self.redacted;
        Some(Part { begins, record: Record { verdict, text, faults } })
    }
}

/// Faults, by their code and place.
#[derive(Default)]
struct Tally {
    kinds: Vec<Kind>,
    /// Those of further kinds.
    others: u64,
}

struct Kind {
    code: String,
    span: Span,
    first: String,
    count: u64,
}

impl Tally {
    /// Counts a fault, and reports it if it is the first of its kind.
    fn add(
        &mut self,
        reply: &Reply,
        name: impl FnOnce() -> String,
        source: &SourceText<'_>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let (code, span) = match reply {
            Reply::Answer(Answer::Fault(fault)) => (fault.code.to_string(), fault.span),
            Reply::Unusable(unusable) => (unusable.diagnostic.code.to_string(), Span::default()),
            Reply::Answer(_) => return Ok(()),
        };
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.code == code && kind.span == span) {
            kind.count = kind.count.saturating_add(1);
            return Ok(());
        }
        if self.kinds.len() >= KINDS {
            self.others = self.others.saturating_add(1);
            return Ok(());
        }
        self.kinds.push(Kind { code, span, first: name(), count: 1 });
        reply.report(source, console)
    }

    /// Says how many there were.
    fn tell(&self, console: &Console) {
        for Kind { code, first, count, .. } in &self.kinds {
            let records =
                if *count == 1 { "1 input".to_owned() } else { format!("{count} inputs, the first") };
            console.remark(&format!("{code}: {records} at {first}"));
        }
        if self.others > 0 {
            console.remark(&format!("faults of further kinds: {}", self.others));
        }
    }
}

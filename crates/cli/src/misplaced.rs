//! What is wrong with an argument that the parser of arguments does not know: it names the one at which it stopped,
//! which may be a right one after a misspelt one.

use std::path::Path;

use clap::Command;
use probelang::diagnostic::human::one_line;
use probelang::syntax::nearest;

/// What is wrong with the words of a command line that has an unknown argument, if more can be said than that.
pub fn explain(cli: &Command, words: &[String]) -> Option<String> {
    let own = words.iter().take_while(|word| *word != "--");
    let own: Vec<&str> = own.skip(1).map(String::as_str).collect();
    let command = own.iter().find_map(|word| cli.find_subcommand(word)).unwrap_or(cli);
    let arguments = || command.get_arguments().chain(cli.get_arguments());
    let known =
        || arguments().flat_map(|argument| argument.get_long_and_visible_aliases().unwrap_or_default());
    for word in &own {
        let Some(option) = word.strip_prefix("--").map(|word| word.split('=').next().unwrap_or(word)) else {
            continue;
        };
        let is_option = option.starts_with(|c: char| c.is_ascii_alphabetic())
            && option.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_option && !matches!(option, "help" | "version") && !known().any(|known| known == option) {
            let tip =
                nearest(option, known(), |_| 3).map(|near| format!("\n\n  tip: a similar one is '--{near}'"));
            return Some(format!("there is no option '--{option}'{}", tip.unwrap_or_default()));
        }
    }
    let takes_input = arguments().any(|argument| argument.get_id() == "inputs");
    let file = own.iter().rfind(|word| !word.starts_with('-') && Path::new(word).is_file());
    let file = file.filter(|_| takes_input)?;
    let file = one_line(file);
    Some(format!("unexpected argument '{file}'\n\n  tip: data is given by '-i {file}'"))
}

/// What is wrong with the words of a command line that lacks an argument, if more can be said than which.
pub fn explain_missing(words: &[String]) -> Option<String> {
    let mut options = words.iter().skip_while(|word| *word != "fmt");
    options.any(|word| word == "-w" || word == "--write").then(|| NO_FILE.to_owned())
}

/// The error about `fmt --write` without a file.
pub const NO_FILE: &str = "--write needs a file to write to: -f FILE";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn explained(line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        explain(&crate::cli::Cli::command(), &words)
    }

    #[test]
    fn a_misspelt_option_is_named_wherever_it_is() {
        for line in [
            "probelang eval --fromat json x",
            "probelang eval x --fromat json",
            "probelang eval --fromat=json x y",
        ] {
            let message = explained(line).unwrap();
            assert!(message.starts_with("there is no option '--fromat'"), "{message}");
            assert!(message.ends_with("'--format'"), "{message}");
        }
        assert_eq!(explained("probelang eval --format json x y"), None);
    }
}

//! `PL2xxx`: data that cannot be read.

codes! {
    "PL2001" BAD_DATA Input Error "not JSON";
    "PL2002" DATA_TOO_DEEP Input Error "data nested too deeply";
    "PL2003" BAD_ENCODING Input Error "not UTF-8";
    "PL2004" NO_CAPTURES Input Error "a snapshot without captures";
    "PL2005" NO_SUCH_FRAME Input Error "no such frame";
    "PL2006" AMBIGUOUS_FRAME Input Error "several frames";
    "PL2007" CANNOT_OPEN Input Error "cannot be opened";
    "PL2008" LINE_TOO_LONG Input Error "line too long";
    "PL2009" NO_OBJECT Input Error "a plain document without names";
    "PL2010" NO_SNAPSHOT Input Error "not a snapshot";
}

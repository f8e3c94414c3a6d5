//! `PL02xx`: how tokens make an expression.

codes! {
    "PL0201" UNEXPECTED Syntax Error "something else was expected";
    "PL0202" INCOMPLETE Syntax Error "the expression is not finished";
    "PL0203" UNCLOSED_BRACKET Syntax Error "bracket that is never closed";
    "PL0204" UNOPENED_BRACKET Syntax Error "bracket that was never opened";
    "PL0205" ARITY Syntax Error "wrong number of arguments";
    "PL0206" TRAILING_COMMA Syntax Error "trailing comma";
    "PL0207" CHAINED_COMPARISON Syntax Error "chained comparison";
    "PL0208" ARITHMETIC Syntax Error "arithmetic";
    "PL0209" ASSIGNMENT Syntax Error "assignment";
    "PL0210" METHOD_CALL Syntax Error "method call";
    "PL0211" UNKNOWN_FUNCTION Syntax Error "unknown function";
    "PL0212" LIST_LITERAL Syntax Error "list literal";
    "PL0213" MAP_LITERAL Syntax Error "map literal";
    "PL0214" FOREIGN_OPERATOR Syntax Error "operator of another language";
    "PL0215" TYPE_NAME Syntax Error "type name that must be quoted";
    "PL0216" PREDICATE_OUTSIDE Syntax Error "predicate outside of any, all or filter";
    "PL0217" EMPTY Syntax Error "no expression";
    "PL0218" COMMENT Syntax Error "comment";
}

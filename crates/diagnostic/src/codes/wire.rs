//! `PL04xx`: the JSON form.

codes! {
    "PL0401" BAD_JSON Syntax Error "not JSON";
    "PL0402" UNKNOWN_OPERATOR Syntax Error "unknown operator";
    "PL0403" KEY_COUNT Syntax Error "an operation is an object with exactly one key";
    "PL0404" WIRE_ARITY Syntax Error "wrong number of operands";
    "PL0405" OPERAND_FORM Syntax Error "operand of the wrong form";
    "PL0406" REPEATED_KEY Syntax Error "key given twice";
    "PL0407" WIRE_NUMBER Syntax Error "number out of range";
    "PL0408" LONE_SURROGATE Syntax Error "escape that names no character";
    "PL0409" SEGMENT Syntax Error "segment of the wrong form";
    "PL0410" WRAPPER Syntax Error "neither dsl nor json";
    "PL0411" LIST_FORM Syntax Error "list where an expression belongs";
    "PL0412" DIFFERENT Lint Warning "dsl and json differ";
}

//! `PL07xx`: suspicions about a program that runs.

codes! {
    "PL0701" NOT_BEFORE_COMPARISON Lint Warning "`!` binds tighter than the comparison";
    "PL0702" PATH_LIKE_NAME Lint Warning "one name that looks like a path";
    "PL0703" FOREIGN_LITERAL Lint Warning "a name that is a literal in another language";
    "PL0704" UNKNOWN_AT_NAME Lint Warning "unknown @-name read as an ordinary name";
    "PL0705" NUMBER_MEMBER Lint Warning "member of a number";
    "PL0706" CERTAIN_KIND Kind Warning "an operand that can never be of the right kind";
    "PL0707" REDACTED_NAME Redacted Warning "reads a redacted name";
    "PL0708" POSSIBLE_KIND Lint Warning "an operand that may be of the wrong kind";
    "PL0709" UNKNOWN_NAME Lint Warning "a name that the schema does not know";
    "PL0710" UNKNOWN_MEMBER Lint Warning "a field or key that the schema does not know";
    "PL0711" NEVER_FOUND Lint Warning "a read that never finds anything";
    "PL0712" NEGATIVE_INDEX Lint Warning "a negative index";
    "PL0713" ALWAYS_TRUE Lint Warning "always true";
    "PL0714" ALWAYS_FALSE Lint Warning "always false";
    "PL0715" UNREACHABLE Lint Warning "an operand that is never evaluated";
    "PL0716" LENGTH_OF_NULL Lint Warning "a length is never null";
    "PL0717" SAME_OPERAND Lint Warning "an operand given twice";
    "PL0718" NEVER_EQUAL Lint Warning "kinds that are never equal";
    "PL0719" PLAIN_PATTERN Lint Warning "a pattern that is a plain text";
    "PL0720" FOREIGN_TYPE Lint Warning "the name of a plain kind in another language";
    "PL0721" NO_EFFECT Lint Warning "an operand that changes nothing";
    "PL0722" UNDERFLOW Lint Warning "a number that is read as zero";
    "PL0723" CERTAIN_FAULT Kind Warning "an operation that always ends in a fault";
    "PL0724" DOLLAR_BEFORE_PART Lint Warning "a dollar sign before a part";
}

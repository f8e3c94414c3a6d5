//! `PL07xx`: suspicions about a program that runs.

codes! {
    "PL0701" NOT_BEFORE_COMPARISON Lint Warning "`!` binds tighter than the comparison";
    "PL0702" PATH_LIKE_NAME Lint Warning "one name that looks like a path";
    "PL0703" FOREIGN_LITERAL Lint Warning "a name that is a literal in another language";
    "PL0704" UNKNOWN_AT_NAME Lint Warning "unknown @-name read as an ordinary name";
    "PL0705" NUMBER_MEMBER Lint Warning "member of a number";
    "PL0706" CERTAIN_KIND Kind Warning "an operand that can never be of the right kind";
    "PL0707" REDACTED_NAME Redacted Warning "reads a redacted name";
}

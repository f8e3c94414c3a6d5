//! Nothing: what `safety/size` compares with.

fn main() {}

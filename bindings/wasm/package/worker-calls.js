// The functions that a worker offers, each with the place of its options. 

export const CALLS = {
  check: 1,
  evaluate: 2,
  render: 2,
  metric: 2,
  trace: 2,
  disassemble: 1,
  diff: 2,
  format: 1,
  toJson: 1,
  fromJson: 1,
  fix: 1,
  complete: 3,
  hover: 3,
  tokens: 1,
  explain: 1,
  cost: 1,
  capture: 1,
  captureAudit: 1,
  probeCheck: 1,
  probeReplay: 2,
};

// Names of options that more than one part of the package passes on.

/** Options that say how data is read; they belong to the data. */
export const DATA_OPTIONS = ['input', 'frame', 'index'];

/** Options of what is hidden. Data needs them too. */
export const REDACTION_OPTIONS = [
  'redact', 'redactExclude', 'redactTypes', 'redaction', 'redactShapes', 'noRedactShapes', 'redactPatterns',
];

// Texts of the engine, in which code is between back quotes.

/** The text with its code as code. */
export function Ticks({ text }: { text: string }) {
  return <>{text.split('`').map((piece, at) => (at % 2 === 1 ? <code key={at}>{piece}</code> : piece))}</>;
}

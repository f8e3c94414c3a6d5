// A slider with its value, on a plain or a logarithmic scale.

export interface SliderProps {
  label: string;
  value: number;
  least: number;
  most: number;
  usual: number;
  /** Whether each step multiplies. */
  scale?: 'plain' | 'log';
  show: (value: number) => string;
  change: (value: number) => void;
}

/** So many positions has a logarithmic slider. */
const POSITIONS = 200;

/** A number with two digits that count. */
function round(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.round(value / unit) * unit;
}

export function Slider({ label, value, least, most, usual, scale = 'plain', show, change }: SliderProps) {
  const log = scale === 'log';
  const ratio = Math.log(most / least);
  const position = log ? Math.round((Math.log(Math.max(least, value) / least) / ratio) * POSITIONS) : value;
  const id = `slider-${label.replaceAll(' ', '-').toLowerCase()}`;
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{show(value)}</output>
      <input
        id={id} type="range" min={log ? 0 : least} max={log ? POSITIONS : most} step={1} value={position} aria-valuetext={show(value)}
        onInput={(event) => {
          const at = Number(event.currentTarget.value);
          change(log ? (at === POSITIONS ? most : Math.max(least, round(least * Math.exp((at / POSITIONS) * ratio)))) : at);
        }}
      />
      <button type="button" class="button quiet" disabled={value === usual} title={`The default: ${show(usual)}`} onClick={() => change(usual)}>Default</button>
    </div>
  );
}

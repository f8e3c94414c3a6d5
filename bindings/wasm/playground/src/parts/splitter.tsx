// A line between two panes that can be dragged, or moved with the arrow keys. A double click puts it back.

export interface SplitterProps { axis: 'x' | 'y'; label: string; value: number; usual: number; change: (percent: number) => void }

const LEAST = 20;
const MOST = 80;

const within = (percent: number): number => Math.min(MOST, Math.max(LEAST, percent));

export function Splitter({ axis, label, value, usual, change }: SplitterProps) {
  const drag = (event: PointerEvent): void => {
    const bar = event.currentTarget as HTMLElement;
    const box = bar.parentElement?.getBoundingClientRect();
    if (!box) return;
    bar.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent): void => {
      change(within(axis === 'x' ? ((to.clientX - box.left) / box.width) * 100 : ((to.clientY - box.top) / box.height) * 100));
    };
    const end = (): void => {
      bar.removeEventListener('pointermove', move);
      bar.removeEventListener('pointerup', end);
      bar.removeEventListener('pointercancel', end);
    };
    bar.addEventListener('pointermove', move);
    bar.addEventListener('pointerup', end);
    bar.addEventListener('pointercancel', end);
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -2, ArrowUp: -2, ArrowRight: 2, ArrowDown: 2 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    change(within(value + step));
  };
  return (
    <div
      class={`splitter splitter-${axis}`} role="separator" tabIndex={0} aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'} aria-valuenow={Math.round(value)} aria-valuemin={LEAST} aria-valuemax={MOST}
      onPointerDown={drag} onKeyDown={key} onDblClick={() => change(usual)}
    />
  );
}

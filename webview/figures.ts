/** Numbers as people read them; every view of the dashboard prints them the same way. */

/** Two significant digits: `2.7%`, `0.031%`, `0%`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0%';
  if (percent < 0.0001) return '<0.0001%';
  const digits = percent >= 9.95 ? 0 : percent >= 0.995 ? 1 : undefined;
  return `${digits === undefined ? percent.toPrecision(2) : percent.toFixed(digits)}%`;
}

/** Of a rate near 1, so that what is missing can be read: `97.83%`. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return 'not finite';
  return `${(rate * 100).toFixed(2)}%`;
}

/** Significant digits and no exponent for common sizes: `3.214`, `0.002130`; a broken cast may give infinity. */
export function formatFigure(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return 'not finite';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  return magnitude < 1e-4 || magnitude >= 1e6 ? value.toExponential(1) : value.toPrecision(digits);
}

/** A figure with its sign: `+0.0124`, `-0.0030`. */
export function formatChange(value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  return `${value < 0 ? '-' : '+'}${formatFigure(Math.abs(value), 3)}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `34 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

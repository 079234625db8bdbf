// What people type into cells, as exact integers: heads, fen, or a rate's smallest step. The server
// reads in the same way (app/web/typed.py); BigInt, so that sums of money never round.

const IGNORED = /[\s,¥]/g;
const MARKS = { count: "", yuan: "元", rate: "%" };
const PLACES = { count: 0, yuan: 2, rate: 12 };
const NUMBER = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?$/;

/** Read a cell: its steps (null when empty), how it is written, and what is wrong with it. */
export function read(text, unit, data) {
  const plain = text.normalize("NFKC").replace(IGNORED, "").replace("−", "-");
  if (plain === "") return { steps: null, text: "", problem: "" };
  const { words } = data;
  let number = MARKS[unit] && plain.endsWith(MARKS[unit]) ? plain.slice(0, -1) : plain;
  const wan = unit !== "rate" && number.endsWith("万");
  if (wan) number = number.slice(0, -1);
  const found = NUMBER.exec(number);
  if (!found) return refused(text, unit === "count" ? words.integer : words.number);
  let [, sign, whole, part = ""] = found;
  if (wan) {
    whole += part.slice(0, 4).padEnd(4, "0");
    part = part.slice(4).replace(/0+$/, "");
  }
  if (unit === "count" && (wan ? part : found[3] !== undefined)) return refused(text, words.integer);
  if (sign && /[1-9]/.test(whole + part)) return refused(text, words.negative);
  if (unit === "yuan" && part.length > 2) return refused(text, words.money_decimals);
  const steps = BigInt(whole + part.slice(0, PLACES[unit]).padEnd(PLACES[unit], "0"));
  if (data.limits[unit] && steps > BigInt(data.limits[unit])) {
    return refused(text, unit === "yuan" ? words.too_large_money : words.too_large);
  }
  whole = unit === "count" || wan ? String(BigInt(whole)) : whole;
  return { steps, text: part ? `${whole}.${part}` : whole, problem: "" };
}

function refused(text, problem) {
  return { steps: null, text, problem };
}

/** Divide two integers, halves away from zero, and return the quotient times 10^places. */
export function halfUp(numerator, denominator, places) {
  const positive = numerator >= 0n;
  const size = positive ? numerator : -numerator;
  const whole = (2n * size * 10n ** BigInt(places) + denominator) / (2n * denominator);
  return positive ? whole : -whole;
}

/** Write an integer of 10^-places with separators: −1,234.50. */
export function written(steps, places, signed = false) {
  const size = (steps < 0n ? -steps : steps).toString().padStart(places + 1, "0");
  const whole = size.slice(0, size.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = steps < 0n ? "−" : signed && steps > 0n ? "+" : "";
  return sign + whole + (places ? `.${size.slice(-places)}` : "");
}

/** Write a value of steps as the totals row shows it. */
export function shown(steps, unit, signed = false) {
  return written(steps, unit === "yuan" ? 2 : 0, signed);
}

/** Write a rate, given as a fraction, in percent with two decimals. */
export function percent(numerator, denominator, signed = false) {
  return `${written(halfUp(numerator * 100n, denominator, 2), 2, signed)}%`;
}

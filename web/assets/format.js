/* Amounts, dates and times as people write them. Law and people live by Shanghai's clock. */
import { text } from "./texts.js";

const SHANGHAI = "Asia/Shanghai";

/** {amount: fen, currency} as 3,280.50 元 or CNY 3,280.50. */
export function money({ amount, currency }) {
  const figure = new Intl.NumberFormat(text("page.locale"), {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(amount / 100);
  return currency === "CNY" ? text("amount.yuan", { figure }) : `${currency} ${figure}`;
}

/** YYYY-MM-DD as a long date. */
export const date = (day) =>
  new Intl.DateTimeFormat(text("page.locale"), { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** An instant (RFC 3339) as date and time in Shanghai. */
export function time(instant) {
  const { day, clock } = inShanghai(instant);
  return `${date(day)} ${clock}`;
}

/** A time limit: midnight is the end of the day before it, the last that is in time. */
export function limit(instant) {
  const { day } = inShanghai(new Date(instant).getTime() - 1);
  const within = day === inShanghai(instant).day;
  return within ? time(instant) : text("time.end-of-day", { day: date(day) });
}

/** Where cover begins: an instant if there is one, else the beginning of the day. */
export const beginning = (instant, day) => (instant ? time(instant) : `${date(day)} 00:00`);

/** Where cover ends: midnight is 24:00 of the last day, as policies say it. */
export const ending = (instant, day) =>
  instant && inShanghai(instant).clock !== "00:00" ? time(instant) : `${date(day)} 24:00`;

/** Whole days from today in Shanghai to that day; 0 is today. */
export function daysUntil(day) {
  const today = inShanghai(new Date()).day;
  return Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
}

/** Seconds as minutes and seconds. */
export function duration(total) {
  const [minutes, seconds] = [Math.floor(total / 60), total % 60];
  if (!minutes) return text("duration.seconds", { seconds });
  return text(seconds ? "duration.minutes" : "duration.whole-minutes", { minutes, seconds });
}

function inShanghai(instant) {
  // Swedish writes 2026-01-31 23:05: the one locale whose form can be cut into pieces.
  const [day, clock] = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    timeStyle: "short",
    timeZone: SHANGHAI,
  })
    .format(new Date(instant))
    .split(" ");
  return { day, clock };
}

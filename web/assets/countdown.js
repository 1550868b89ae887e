/* Waiting times that people can watch without a screen reader repeating every second. */

/**
 * Shows the seconds left by calling show(n) once a second, then done(). The clock is the monotonic
 * one, so a phone that slept in between is right when it wakes. Returns a function that stops it.
 */
export function countDown(seconds, show, done) {
  const end = performance.now() + seconds * 1000;
  let timer;
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left > 0) return show(left);
    clearInterval(timer);
    return done();
  };
  timer = setInterval(tick, 1000);
  tick();
  return () => clearInterval(timer);
}

// Preloaded into every process of the supervisor. Its input is a pipe from the supervisor: when that ends, the
// supervisor is gone, kill -9 included, and nobody would stop this process any more.
let ending = false;

function end() {
  if (ending) return;
  ending = true;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5000).unref();
  process.kill(process.pid, 'SIGTERM');
}

if (process.env.MCF_SUPERVISED === '1') {
  // Its own children have other pipes.
  delete process.env.MCF_SUPERVISED;
  process.stdin.on('end', end).on('error', end).on('close', end).resume();
  process.stdin.unref?.();
}

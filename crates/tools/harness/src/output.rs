use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The most that is kept of an output, in bytes.
pub(crate) const LIMIT: usize = 1 << 20;

/// How much of that is its end, where a program says why it failed.
const END: usize = 1 << 16;

/// What a program has written so far.
#[derive(Clone, Default)]
pub struct Output(Arc<(Mutex<Written>, Condvar)>);

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    /// How many lines there were, those too that were not kept.
    lines: usize,
    /// When each line came to its end, as long as all were kept.
    times: Vec<Instant>,
    ended: bool,
}

impl Output {
    /// An output that nothing is written to.
    pub(crate) fn none() -> Self {
        let output = Self::default();
        output.written().ended = true;
        output
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn drain(mut source: impl Read + Send + 'static) -> Self {
        let output = Self::default();
        let writer = output.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // Of a pty, the end is an error.
                let size = match source.read(&mut buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    result => result.unwrap_or(0),
                };
                let now = Instant::now();
                let mut written = writer.written();
                written.bytes.extend(&buffer[..size]);
                // A program that prints without end must not fill our memory.
                let over = written.bytes.len().saturating_sub(LIMIT);
                if over > 0 {
                    written.bytes.drain(LIMIT - END..LIMIT - END + over);
                } else {
                    let times = count_lines(&buffer[..size]);
                    written.times.extend(std::iter::repeat_n(now, times));
                }
                written.lines += count_lines(&buffer[..size]);
                written.ended = size == 0;
                writer.0.1.notify_all();
                if size == 0 {
                    return;
                }
            }
        });
        output
    }

    /// All bytes so far.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.written().bytes.clone()
    }

    /// All bytes so far as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.written().bytes).into_owned()
    }

    /// How many lines have come to their end so far, those too that were not kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.written().lines
    }

    /// The lines so far, each with the moment when it came to its end.
    #[must_use]
    pub fn timed_lines(&self) -> Vec<(Instant, Vec<u8>)> {
        let written = self.written();
        let lines = written.bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
        written.times.iter().copied().zip(lines).collect()
    }

    /// Waits until `found`, until nothing more can come, or until `timeout` has passed: the bytes by then.
    pub fn wait(&self, timeout: Duration, found: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let end = Instant::now() + timeout;
        let mut written = self.written();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if found(&written.bytes) || written.ended || left.is_zero() {
                return written.bytes.clone();
            }
            let waited = self.0.1.wait_timeout(written, left);
            written = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for this text: whether it has come.
    #[must_use]
    pub fn shows(&self, timeout: Duration, text: &str) -> bool {
        let shows =
            |bytes: &[u8]| bytes.windows(text.len().max(1)).any(|window| window == text.as_bytes());
        shows(&self.wait(timeout, shows))
    }

    /// Waits for this many lines: the bytes by then.
    #[must_use]
    pub fn lines(&self, timeout: Duration, count: usize) -> Vec<u8> {
        self.wait(timeout, |bytes| count_lines(bytes) >= count)
    }
}

/// The number of lines that have come to their end.
#[must_use]
pub fn count_lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

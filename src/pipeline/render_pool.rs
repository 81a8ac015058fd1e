//! The threads that compute: they judge answers, read banks and templates, and lay reports out.
//!
//! All of that depends on what others sent, so none of it runs where events are accepted; one core is left to those who wait for disks and servers.
//! The threads are their own because an allocator keeps what each thread once needed: laid out on whichever of the file threads is free, reports would leave their peak in all of them.

use std::num::NonZero;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// A thread that rests so long ends.
const REST: Duration = Duration::from_mins(10);

/// The stack of each thread, whatever the platform gives by default: templates and documents are followed by recursion, to depths that are bounded.
const STACK: usize = 8 << 20;

/// What the largest document takes that is laid out (the engine's own bound), with what its thread keeps.
const ONE_DOCUMENT: u64 = 256 << 20;
/// What everything else takes: callers, events, fonts.
const REST_OF_US: u64 = 192 << 20;

/// A runtime of which only the blocking threads are used: they are bounded, and a panic on one is an error of that job only.
pub(super) struct RenderPool {
    threads: Handle,
    runtime: Option<Runtime>,
}

impl RenderPool {
    /// As many threads as cores but one, and no more than a limit of memory has room for.
    pub(super) fn new(memory: Option<u64>) -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = threads(cores, memory);
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(threads)
            .thread_keep_alive(REST)
            .thread_stack_size(STACK)
            .thread_name("render")
            .build()?;
        Ok(Self { threads: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Does the work as soon as a thread is free; what nobody waits for any more is not begun.
    pub(super) fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(self.threads.spawn_blocking(work))
    }
}

fn threads(cores: usize, memory: Option<u64>) -> usize {
    let room = memory.map_or(usize::MAX, |bytes| usize::try_from(bytes.saturating_sub(REST_OF_US) / ONE_DOCUMENT).unwrap_or(usize::MAX));
    cores.saturating_sub(1).min(room).max(1)
}

impl Drop for RenderPool {
    fn drop(&mut self) {
        // Waiting for a runtime is forbidden where others' tasks run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_documents_fit_into_memory_beside_each_other() {
        const MIB: u64 = 1 << 20;
        for (cores, memory, expected) in [
            (8, None, 7),
            (2, None, 1),
            (1, None, 1),
            (8, Some(512 * MIB), 1),
            (8, Some(1024 * MIB), 3),
            (8, Some(4096 * MIB), 7),
            (8, Some(64 * MIB), 1),
        ] {
            assert_eq!(threads(cores, memory), expected, "{cores} cores, {memory:?}");
        }
    }
}

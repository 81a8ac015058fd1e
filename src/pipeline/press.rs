//! The threads that lay reports out, and do nothing else.
//!
//! Layout is computing: one core is left to those who accept events and wait for disks and servers.
//! The threads are their own because an allocator keeps what each thread once needed: laid out on whichever of the file threads is free, reports would leave their peak in all of them.

use std::num::NonZero;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// A thread that rests so long ends.
const REST: Duration = Duration::from_mins(10);

/// A runtime of which only the blocking threads are used: they are bounded, and a panic on one is an error of that job only.
pub(super) struct Press {
    threads: Handle,
    runtime: Option<Runtime>,
}

impl Press {
    /// As many threads as cores but one.
    pub(super) fn new() -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = cores.saturating_sub(1).max(1);
        let runtime = Builder::new_current_thread().max_blocking_threads(threads).thread_keep_alive(REST).thread_name("press").build()?;
        Ok(Self { threads: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Does the work as soon as a thread is free; what nobody waits for any more is not begun.
    pub(super) fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(self.threads.spawn_blocking(work))
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        // Waiting for a runtime is forbidden where others' tasks run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

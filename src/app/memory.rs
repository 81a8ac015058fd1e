//! How much memory the process may hold, as its container or service manager limits it (control groups of either hierarchy).

use std::path::{Path, PathBuf};

/// A limit above this is none: the older hierarchy writes a number of the machine's address space.
const NO_LIMIT: u64 = 1 << 50;

/// The least of the limits on this process; `None` when there is none, or nothing tells.
pub fn limit() -> Option<u64> {
    let groups = read(Path::new("/proc/self/cgroup"))?;
    files(&groups).iter().filter_map(|file| of(&read(file)?)).min()
}

#[expect(clippy::disallowed_methods, reason = "what the kernel tells of this process is no object of the store")]
fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Where limits may stand: at the process's own group and at every one above it.
fn files(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else { continue };
        let (root, name) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            _ if controllers.split(',').any(|controller| controller == "memory") => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        let group = Path::new(group.trim_start_matches('/'));
        files.extend(group.ancestors().map(|group| Path::new(root).join(group).join(name)));
    }
    files
}

fn of(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|bytes| *bytes < NO_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_stand_at_the_own_group_and_above_in_both_hierarchies() {
        let told = |groups: &str| files(groups).iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
        assert_eq!(
            told("0::/system.slice/gradepost.service\n"),
            [
                "/sys/fs/cgroup/system.slice/gradepost.service/memory.max",
                "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(told("0::/\n"), ["/sys/fs/cgroup/memory.max"], "a container that sees itself as the root");
        assert_eq!(
            told("5:cpu,cpuacct:/x\n4:memory:/docker/1f\n"),
            [
                "/sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            ]
        );
        assert!(told("nonsense\n").is_empty());
    }

    #[test]
    fn what_is_no_limit_is_none() {
        for (text, limit) in [("536870912\n", Some(512 << 20)), ("max\n", None), ("9223372036854771712\n", None), ("", None)] {
            assert_eq!(of(text), limit, "{text}");
        }
    }
}

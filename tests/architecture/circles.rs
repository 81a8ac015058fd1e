//! Circles between the modules of one folder, found by reading their imports.
//!
//! Modules of one folder are looked at as a whole each, with all that lies below them; what a folder's own `mod.rs` says does not count, as a door and its rooms know each other.

use std::collections::{BTreeMap, BTreeSet};

/// A module by the names on the way to it, from the root of its crate.
type Module = Vec<String>;
/// What one module names: whole paths, as they are written.
type Paths = Vec<Vec<String>>;
/// Which modules each module imports.
type Arrows = BTreeMap<Module, BTreeSet<Module>>;

/// The modules of one crate.
pub(super) struct Modules {
    named: BTreeMap<Module, Paths>,
    /// Names that a module has from another: what is handed on counts as imported from where it is.
    borrowed: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

/// A circle: the folder, and its modules that import each other round and round.
pub(super) type Circle = (String, BTreeSet<String>);

impl Modules {
    /// The modules in these files, each by its path below the root of the crate's sources. Tests are left out.
    pub(super) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let files: BTreeMap<Module, &str> = files.map(|(path, text)| (module(path), text)).collect();
        let tests: BTreeSet<Module> = files.iter().flat_map(|(module, text)| test_modules(module, text)).collect();
        let is_test = |module: &Module| (1..=module.len()).any(|n| tests.contains(&module[..n]));
        let mut all = Self { named: BTreeMap::new(), borrowed: BTreeMap::new() };
        for (module, text) in files.iter().filter(|(module, _)| !is_test(module)) {
            let (uses, rest) = split(text);
            let borrowed = uses.iter().filter_map(|(path, name)| Some((name.clone()?, path.clone()))).collect();
            all.borrowed.insert(module.clone(), borrowed);
            let written = written_out(&rest);
            all.named.insert(module.clone(), uses.into_iter().map(|(path, _)| path).chain(written).collect());
        }
        all
    }

    /// All circles, folder by folder.
    pub(super) fn circles(&self) -> Vec<Circle> {
        let arrows = self.arrows();
        let folders: BTreeSet<&[String]> = self.named.keys().filter(|module| !module.is_empty()).map(|m| &m[..m.len() - 1]).collect();
        folders.into_iter().flat_map(|folder| circles_in(folder, &arrows)).collect()
    }

    fn arrows(&self) -> Arrows {
        let target = |module: &Module, path: &Vec<String>| self.resolve(module, path, 0).filter(|to| to != module);
        self.named.iter().map(|(module, paths)| (module.clone(), paths.iter().filter_map(|path| target(module, path)).collect())).collect()
    }

    /// The module that a path leads to; none when it leads out of the crate.
    fn resolve(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let first = path.first()?.as_str();
        let ups = path.iter().take_while(|part| *part == "super").count();
        let (mut at, mut rest) = match first {
            "crate" => (Module::new(), &path[1..]),
            "self" => (from.clone(), &path[1..]),
            "super" => (from.get(..from.len().checked_sub(ups)?)?.to_vec(), &path[ups..]),
            name if self.named.contains_key(&child(from, name)) => (from.clone(), path),
            _ => return None,
        };
        while let Some(name) = rest.first().filter(|name| self.named.contains_key(&child(&at, name))) {
            at = child(&at, name);
            rest = &rest[1..];
        }
        let handed_on = rest.first().and_then(|name| self.borrowed.get(&at)?.get(name)).filter(|_| depth < 8);
        handed_on.and_then(|path| self.resolve(&at, path, depth + 1)).or(Some(at))
    }
}

fn circles_in(folder: &[String], arrows: &Arrows) -> Vec<Circle> {
    let sibling = |module: &Module| module.starts_with(folder).then(|| module.get(folder.len()).cloned()).flatten();
    let mut between: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, targets) in arrows {
        let Some(from) = sibling(from) else { continue };
        let targets = targets.iter().filter_map(sibling).filter(|to| *to != from);
        between.entry(from.clone()).or_default().extend(targets);
    }
    let reached: BTreeMap<&String, BTreeSet<&String>> = between.keys().map(|from| (from, reach(from, &between))).collect();
    let circle = |from: &String| -> BTreeSet<String> {
        let back = |to: &&String| reached.get(to).is_some_and(|all| all.contains(from));
        reached[from].iter().filter(|to| back(to)).map(|to| (*to).clone()).collect()
    };
    let found: BTreeSet<BTreeSet<String>> = between.keys().map(circle).filter(|circle| circle.len() > 1).collect();
    found.into_iter().map(|circle| (folder.join("/"), circle)).collect()
}

/// All that can be come to by arrows.
fn reach<'a>(from: &'a String, between: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        open.extend(between.get(at).into_iter().flatten().filter(|to| found.insert(*to)));
    }
    found
}

fn child(module: &[String], name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// `a/b.rs` and `a/b/mod.rs` are both `a::b`.
fn module(path: &str) -> Module {
    let plain = path.trim_end_matches(".rs").trim_end_matches("/mod");
    plain.split('/').filter(|part| !matches!(*part, "lib" | "mod")).map(ToOwned::to_owned).collect()
}

/// Modules that are compiled for tests only: `#[cfg(test)] mod …;`.
fn test_modules(module: &Module, text: &str) -> Vec<Module> {
    let mut found = Vec::new();
    let mut is_for_tests = false;
    for line in text.lines().map(str::trim) {
        let name =
            line.trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        match name {
            Some(name) if is_for_tests => found.push(child(module, name)),
            _ if line.starts_with("#[cfg(") && line.contains("test") => is_for_tests = true,
            _ if line.starts_with("#[") => {}
            _ => is_for_tests = false,
        }
    }
    found
}

/// An import: its path, and the name it has afterwards.
type Import = (Vec<String>, Option<String>);

/// The imports of a file and the rest of the text; comments and the tests at the end are left out.
fn split(text: &str) -> (Vec<Import>, String) {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let plain: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect();
    let (mut uses, mut rest) = (Vec::new(), String::new());
    let mut open = String::new();
    for line in plain.lines() {
        let start = line.trim_start();
        let without = if start.starts_with("pub") { start.split_once(' ').map_or(start, |(_, rest)| rest) } else { start };
        let is_import = open.is_empty() && without.starts_with("use ");
        if is_import || !open.is_empty() {
            open.push_str(if is_import { &without["use ".len()..] } else { start });
            if let Some(whole) = open.strip_suffix(';') {
                uses.extend(spread(whole));
                open.clear();
            }
        } else {
            rest.push_str(line);
            rest.push('\n');
        }
    }
    (uses, rest)
}

/// `a::{b, c::D as E}` as its paths, each with the name it has afterwards.
fn spread(tree: &str) -> Vec<Import> {
    let tree = tree.trim();
    if let Some(inner) = tree.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return branches(inner).into_iter().flat_map(spread).collect();
    }
    match tree.split_once("::") {
        Some((first, rest)) if !first.contains(' ') => {
            let below = |(path, name): Import| {
                let whole: Vec<String> = [first.to_owned()].into_iter().chain(path).collect();
                (whole, name)
            };
            spread(rest).into_iter().map(below).collect()
        }
        _ => {
            let (name, other) = tree.split_once(" as ").unwrap_or((tree, tree));
            let path = if name == "self" { Vec::new() } else { vec![name.to_owned()] };
            vec![(path, Some(other.trim().to_owned()).filter(|name| !name.is_empty()))]
        }
    }
}

/// What stands between commas that are in no brackets.
fn branches(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.into_iter().filter(|branch| !branch.trim().is_empty()).collect()
}

/// Paths that are written out where they are used.
fn written_out(text: &str) -> Paths {
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in text.match_indices(root) {
            // `$crate::`, `other_crate::` and the second `super::` of two begin no path.
            if text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':')) {
                continue;
            }
            let path = text[at..].split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).next().unwrap_or_default();
            found.push(path.split("::").filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect());
        }
    }
    found
}

#[test]
fn a_circle_is_found_through_names_that_are_handed_on() {
    let files = [
        ("lib.rs", ""),
        ("room/mod.rs", "mod a;\nmod b;\nmod c;\npub use b::B;\n#[cfg(test)]\nmod tests;\n"),
        ("room/a.rs", "use crate::room::{\n    B,\n    c::C as Other,\n};\n"),
        ("room/b/mod.rs", "mod inner;\n"),
        ("room/b/inner.rs", "fn f() { super::super::a::g() }\n// crate::room::c::C\n"),
        ("room/c.rs", "#[cfg(test)]\nmod tests {\n    use crate::room::a::g;\n}\n"),
        ("room/tests.rs", "use crate::room::a::g;\n"),
    ];
    let found = Modules::of(files.into_iter()).circles();
    assert_eq!(found, [("room".to_owned(), ["a", "b"].map(ToOwned::to_owned).into())]);
}

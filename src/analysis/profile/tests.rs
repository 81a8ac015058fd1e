use super::*;

fn read(text: &str) -> Profiles {
    Profiles::from_toml(text, "assessments.toml").unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn faults(text: &str) -> Vec<String> {
    Profiles::from_toml(text, "a.toml").expect_err("faults").iter().map(ToString::to_string).collect()
}

#[test]
fn the_bundled_profiles_are_sound_and_meet_their_assessments() {
    let profiles = read(BUNDLED);
    for (title, name) in [
        ("Test de diagnóstico Parte 1", "lecture"),
        ("TEST DE DIAGNO\u{301}STICO  parte 2", "lecture"),
        ("Plan CL", "percentage"),
        ("Plan CIEN", "materia"),
        ("M1", "M1"),
        ("M1 Ensayo 2", "M1"),
        ("CL", "CL"),
        ("CIEN", "CIEN"),
        ("CIENF", "CIEN"),
        ("HYST", "HYST"),
        ("F30M", "three words"),
        ("M30M2-EXAMEN DE EJE 1-DATA", "units"),
        ("Clase 3", "lecture"),
    ] {
        assert_eq!(profiles.get(None, Some(title)).name, name, "{title}");
    }
}

#[test]
fn the_first_bundled_profile_is_the_one_that_applies_without_a_file() {
    let bundled = read(BUNDLED).named("lecture").expect("it is there").clone();
    assert_eq!(bundled.template.as_deref(), Some("plantilla_test_diagnostico.docx"), "the template that serves by default");
    let own = bundled.clone();
    assert_eq!(bundled, Profile { matches: own.matches, group_by: own.group_by, template: own.template, ..Profile::default() });
}

#[test]
fn the_id_wins_over_the_title_and_the_title_over_a_pattern() {
    let profiles = read(
        r#"
        [[assessment]]
        name = "rest"
        [[assessment]]
        name = "pattern"
        match = { title = "M1*" }
        [[assessment]]
        name = "title"
        match = { title = ["Otro", "M1 Ensayo 3"] }
        [[assessment]]
        name = "id"
        match = { id = "0123456789ABCDEF01234567" }
        "#,
    );
    assert_eq!(profiles.get(Some("0123456789abcdef01234567"), Some("M1 Ensayo 3")).name, "id");
    assert_eq!(profiles.get(Some("x"), Some("m1  ensayo 3")).name, "title");
    assert_eq!(profiles.get(None, Some("M1 Ensayo 4")).name, "pattern");
    assert_eq!(profiles.get(None, None).name, "rest");
}

#[test]
fn what_a_table_leaves_out_is_judged_as_without_a_file() {
    let profiles = read("[[assessment]]\nname = \"x\"\nmatch = { title = \"M1\" }\ntemplate = \"m1.docx\"\nlanguage = \"pt\"\n");
    let profile = profiles.get(None, Some("M1"));
    assert_eq!((profile.template.as_deref(), profile.language.as_deref()), (Some("m1.docx"), Some("pt")));
    let judged = Profile { name: "lecture".into(), template: None, language: None, matches: Matches::default(), ..profile.clone() };
    assert_eq!(judged, Profile::default());
}

#[test]
fn every_fault_is_reported_at_once_with_its_line_and_a_suggestion() {
    let text = r#"
[[assessment]]
match = { titel = "M1" }
lvels = []
pass = { at_least = 160 }
percentage = "question"
language = "fr"
levels = [
    { name = "Nivel 3", when = "percentaje >= 80" },
    { when = "percentage" },
    { name = "Nivel 2" },
    { name = "Nivel 1" },
]
plan = { "Nivel 4" = ["x"], "Nivel 2" = [3] }
statuses = [{ name = "Bien", at_least = 50 }, { name = "Mejor", at_least = 80, tone = "green" }]
group_by = [1]
bank = true
"#;
    assert_eq!(
        faults(text),
        [
            "a.toml:3: unknown key 'titel' in match (did you mean 'title'?)",
            "a.toml:3: 'match' names neither an id nor a title, nor a source or course (write { id = \"…\" } or { title = \"M1*\" })",
            "a.toml:4: unknown key 'lvels' in an assessment (did you mean 'levels'?)",
            "a.toml:5: 'at_least' in pass must be a number from 0 to 100",
            "a.toml:5: 'pass' must be one rule (write { all_correct = true } or { at_least = 60 })",
            "a.toml:6: 'percentage' in an assessment cannot be 'question' (did you mean 'questions'?)",
            "a.toml:7: 'language' in an assessment cannot be 'fr' (known are es, en, pt)",
            "a.toml:9: the condition 'percentaje >= 80' cannot be evaluated: there is no 'percentaje' (did you mean 'percentage'?)",
            "a.toml:10: the condition 'percentage' cannot be evaluated: it gives a number, not yes or no; compare it, as in 'percentage >= 80'",
            "a.toml:10: a level has no name (add name = \"…\")",
            "a.toml:12: the level 'Nivel 1' can never be reached (the level before it has no condition: move it up)",
            "a.toml:14: the plan names a level 'Nivel 4' that does not exist (did you mean 'Nivel 3'?)",
            "a.toml:14: 'Nivel 2' in a plan must be a text, but is integer",
            "a.toml:15: 'tone' in a status cannot be 'green' (known are good, middle, bad)",
            "a.toml:15: the status 'Mejor' can never be reached behind 'Bien' (order them by falling at_least; the last needs none)",
            "a.toml:15: no status below 80 ('Mejor') (add a last status without at_least)",
            "a.toml:16: 'group_by' in an assessment must be a text, but is integer",
            "a.toml:17: 'bank' in an assessment must be a text, but is boolean",
        ]
    );
}

#[test]
fn broken_toml_doubled_ids_and_doubled_rests_are_faults() {
    assert!(faults("[[assessment]]\nname = \n")[0].starts_with("a.toml:2: not valid TOML: "), "{:?}", faults("[[assessment]]\nname = \n"));
    assert_eq!(faults("assessment = 3\n"), ["a.toml:1: 'assessment' in the file must be a list, but is integer (write [ … ])"]);
    assert_eq!(faults("[[asessment]]\n"), ["a.toml:1: unknown key 'asessment' in the file (did you mean 'assessment'?)"]);
    assert_eq!(
        faults("[[assessment]]\n[[assessment]]\n"),
        ["a.toml:2: a second assessment without 'match' (only one can stand for all others: add a match)"]
    );
    assert_eq!(
        faults("[[assessment]]\nmatch = { id = \"A\" }\n[[assessment]]\nmatch = { id = [\"b\", \"a\"] }\n"),
        ["a.toml:4: the id 'a' is matched by two assessments (keep one)"]
    );
    assert_eq!(
        faults(
            "[[assessment]]\nmatch = { title = \"M1  diagnóstico\" }\n[[assessment]]\nmatch = { title = [\"M2\", \"m1 Diagnóstico\"] }\n"
        ),
        ["a.toml:4: the title 'm1 Diagnóstico' is matched by two assessments (keep one)"]
    );
}

#[test]
fn patterns_stand_for_any_text_or_one_character() {
    for (pattern, title, meets) in [
        ("m1*", "m1", true),
        ("m1*", "m1 ensayo", true),
        ("*eje*", "examen de eje 1", true),
        ("m?", "m1", true),
        ("m?", "m", false),
        ("m1", "m10", false),
        ("*a*b*c", "xxaxxbxxbxxc", true),
        ("*a*b*c", "xxaxxbxxbxxcd", false),
        ("*", "", true),
        ("", "a", false),
    ] {
        assert_eq!(is_match(pattern, title), meets, "{pattern:?} {title:?}");
    }
    let hard = "a".repeat(5_000);
    assert!(!is_match(&format!("{}b", "*a".repeat(500)), &hard));
}

#[test]
fn the_plan_in_the_bundled_file_is_sound_when_its_marks_are_taken_away() {
    let (before, plan) = BUNDLED.split_once("# [[plan]]").expect("the plan is there");
    let text = format!("{before}[[plan]]{}", plan.replace("\n# ", "\n"));
    let profiles = read(&text);
    let plan = profiles.plan("plan_estudio").expect("a plan");
    assert_eq!(plan.assessments, ["M1", "CL", "CIEN", "HYST"]);
    assert_eq!((plan.periods.len(), plan.template.as_deref()), (3, Some("plantilla_plan_estudio.docx")));
    assert!(read(BUNDLED).plans().is_empty(), "no plan goes out that the school did not ask for");
}

#[test]
fn every_fault_of_a_plan_is_reported_with_its_line_and_a_suggestion() {
    let text = r#"
[[assessment]]
name = "M1"
match = { title = "M1*" }
[[assessment]]
name = "CL"
match = { title = "CL*" }
[[assessment]]
name = "CL"
match = { title = "Lectura*" }
[[plan]]
name = "a"
assessments = ["M1", "M2"]
[[plan]]
name = "a"
asessments = ["M1", "CL"]
[[plan]]
assessments = ["M1", "M1", "CL"]
periods = [1]
"#;
    assert_eq!(
        faults(text),
        [
            "a.toml:13: the plan asks for an assessment 'M2' that does not exist (did you mean 'M1'?)",
            "a.toml:14: a plan is over two or more assessments (write assessments = [\"M1\", \"CL\"], the names of their tables)",
            "a.toml:14: a second plan 'a' (give it another name)",
            "a.toml:16: unknown key 'asessments' in a plan over several assessments (did you mean 'assessments'?)",
            "a.toml:17: a plan has no name (add name = \"…\")",
            "a.toml:18: the plan names the assessment 'M1' twice (keep one)",
            "a.toml:18: two assessments are called 'CL' (give them different names, so that the plan knows which)",
            "a.toml:19: 'periods' in a plan over several assessments must be a text, but is integer",
        ]
    );
}

#[test]
fn of_profiles_that_match_alike_the_one_for_this_platform_or_course_goes_first() {
    let text = r#"
[[assessment]]
name = "anywhere"
match = { title = "M1*" }
[[assessment]]
name = "moodle"
match = { title = "M1*", source = "moodle" }
[[assessment]]
name = "course"
match = { course = "8*", source = ["moodle", "canvas"] }
[[assessment]]
name = "rest"
"#;
    let profiles = Profiles::from_toml(text, "assessments.toml").unwrap();
    let name = |title: &'static str, source: &'static str, course: Option<&'static str>| {
        let about = About { title: Some(title), source: Some(source), courses: [None, course], ..About::default() };
        profiles.find(&about).name.clone()
    };
    assert_eq!(name("M1 Ensayo", "learnworlds", None), "anywhere");
    assert_eq!(name("M1 Ensayo", "moodle", Some("8A")), "moodle");
    assert_eq!(name("Otro", "moodle", Some("8A")), "course");
    assert_eq!(name("Otro", "canvas", Some("8A")), "course");
    assert_eq!(name("Otro", "xapi", Some("8A")), "rest");
    assert_eq!(name("Otro", "canvas", Some("7A")), "rest");
    assert_eq!(profiles.get(None, Some("M1")).name, "anywhere");
}

#[test]
fn long_texts_are_refused_and_no_message_repeats_them() {
    let long = "z".repeat(300_000);
    for file in [
        format!("[[assessment]]\nname = \"{long}\"\n"),
        format!("[[assessment]]\nname = \"x\"\nmatch = {{ title = \"{}\" }}\n", "*a".repeat(100_000)),
        format!("[[assessment]]\nname = \"x\"\npercentage = \"{}\"\n", "w".repeat(1900)),
        format!("[[assessment]]\nname = \"x\"\n{long} = 1\n"),
        format!(
            "[[assessment]]\nname = \"x\"\nlevels = [{{ name = \"a\", when = \"{}percentage >= 0\" }}, {{ name = \"b\" }}]\n",
            "not ".repeat(400)
        ),
        format!("[[assessment]]\nname = \"x\"\nlevels = [{{ name = \"{long}\", when = \"percentage >= 0\" }}, {{ name = \"b\" }}]\n"),
        (0..20_000).map(|n| format!("k{n} = 1")).collect::<Vec<_>>().join("\n"),
    ] {
        let told = Profiles::from_toml(&file, "assessments.toml").unwrap_err();
        let words: usize = told.iter().map(|fault| fault.to_string().len()).sum();
        assert!(told.len() <= 100 && words < 100_000, "{} faults, {words} characters: {:.300}", told.len(), told[0]);
        assert!(told[0].to_string().len() < 1500, "{:.300}", told[0]);
    }
}

//! What each picture says, in shapes and in words.

use super::{Request, draw};
use crate::report::data::ReportData;
use crate::report::language::Language;

const DATA: &str = r#"{
    "result": {"percentage": 62.5},
    "groups": [
        {"name": "Álgebra <1>", "percentage": 100, "status": "Aprobada", "passed": true},
        {"name": "Geometría", "percentage": 0, "passed": false}
    ],
    "history": [{"attempt": 1, "percentage": 40}, {"attempt": 2, "percentage": 62.5}],
    "levels": [{"name": "Nivel 1", "reached": false}, {"name": "Nivel 2", "reached": true}, {"name": "Nivel 3", "reached": false}],
    "questions": [{"number": 1, "correct": true}, {"number": 2, "correct": false}, {"number": 3, "correct": null}, {"number": 4, "correct": true}],
    "cohort": {"count": 30, "mean": 55.2, "percentile": 71, "above": 66.9}
}"#;

fn picture(name: &str, data: &str) -> Option<String> {
    let data = ReportData::from_json(data.as_bytes()).unwrap();
    draw(name, &Request { root: data.root(), items: None, width: 5_943_600, fonts: "", language: Language::Es, id: 7, accent: "1F4E79" })
}

fn alt(xml: &str) -> &str {
    xml.split_once("descr=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(alt, _)| alt)
}

#[test]
fn a_percentage_says_what_it_counts() {
    for (language, label, said) in [
        (Language::Es, "Lecciones aprobadas", "Resultado: 62,5\u{a0}% (Lecciones aprobadas)"),
        (Language::En, "Lessons passed", "Result: 62.5% (Lessons passed)"),
        (Language::Pt, "Lições aprovadas", "Resultado: 62,5% (Lições aprovadas)"),
    ] {
        let data = DATA.replace(r#""percentage": 62.5}"#, &format!(r#""percentage": 62.5, "headline": {{"label": "{label}"}}}}"#));
        let data = ReportData::from_json(data.as_bytes()).unwrap();
        let picture = |name: &str| {
            draw(name, &Request { root: data.root(), items: None, width: 5_943_600, fonts: "", language, id: 7, accent: "1F4E79" }).unwrap()
        };
        assert_eq!(alt(&picture("score")), said);
        for name in ["score", "history", "cohort"] {
            let xml = picture(name);
            assert!(xml.contains(&format!(">{label}</")), "{name}: the label is drawn: {xml}");
            assert!(alt(&xml).contains(label), "{name}: {}", alt(&xml));
        }
    }
}

#[test]
fn what_the_figures_count_is_written_out_however_many_attempts_there_are_and_wherever_the_student_stands() {
    // Half the width of the bundled templates' text, where these two stand.
    let width = 4_700 * 635;
    for label in ["Lecciones aprobadas", "Respuestas correctas", "Right answers"] {
        for attempts in [1, 2, 3, 4, 6, 10] {
            for percentage in [0, 30, 50, 60, 82, 100] {
                let history: Vec<String> =
                    (1..=attempts).map(|number| format!(r#"{{"attempt": {number}, "percentage": {percentage}}}"#)).collect();
                let data = format!(
                    r#"{{"result": {{"percentage": {percentage}, "headline": {{"label": "{label}"}}}}, "history": [{}],
                    "cohort": {{"count": 30, "mean": 55.2, "percentile": 71, "above": 66.9}}}}"#,
                    history.join(",")
                );
                let data = ReportData::from_json(data.as_bytes()).unwrap();
                for name in ["history", "cohort"] {
                    let request =
                        Request { root: data.root(), items: None, width, fonts: "", language: Language::Es, id: 7, accent: "1F4E79" };
                    let xml = draw(name, &request).unwrap();
                    assert!(xml.contains(&format!(">{label}</")), "{name} of {attempts} at {percentage}: {label} is cut");
                }
            }
        }
    }
}

#[test]
fn every_picture_says_in_words_what_it_shows() {
    assert_eq!(alt(&picture("score", DATA).unwrap()), "Resultado: 62,5\u{a0}%");
    let groups = picture("groups", DATA).unwrap();
    assert_eq!(alt(&groups), "Resultados por grupo: Álgebra &lt;1&gt;: 100\u{a0}%, Aprobada; Geometría: 0\u{a0}%, Reprobada");
    assert_eq!(alt(&picture("history", DATA).unwrap()), "Progreso por intento: Intento 1: 40\u{a0}%; Intento 2: 62,5\u{a0}%");
    let cohort = picture("cohort", DATA).unwrap();
    assert_eq!(alt(&cohort), "Tu lugar en el grupo: Tú: 62,5\u{a0}%; Promedio: 55,2\u{a0}%; Por encima del 66\u{a0}% de los estudiantes");
    assert_eq!(alt(&picture("level", DATA).unwrap()), "Tu nivel: Nivel 2 (Nivel 1 &lt; Nivel 2 &lt; Nivel 3)");
    let questions = picture("questions", DATA).unwrap();
    assert_eq!(alt(&questions), "Pregunta por pregunta: correctas 1, 4; incorrectas 2; sin respuesta 3");
}

#[test]
fn a_figure_never_contradicts_the_status_beside_it() {
    let groups = picture("groups", r#"{"groups": [{"name": "Álgebra", "percentage": 59.574468, "passed": false}]}"#).unwrap();
    assert_eq!(alt(&groups), "Resultados por grupo: Álgebra: 59,6\u{a0}%, Reprobada");
}

#[test]
fn a_student_without_a_level_gets_no_stairs() {
    assert_eq!(picture("level", r#"{"levels": [{"name": "Nivel 1", "reached": false}]}"#), None);
}

#[test]
fn nothing_to_draw_is_no_picture() {
    for name in ["score", "groups", "history", "cohort", "level", "questions"] {
        assert_eq!(picture(name, "{}"), None, "{name}");
    }
}

#[test]
fn many_groups_become_several_pictures() {
    let groups: Vec<String> = (0..45).map(|number| format!("{{\"name\": \"Lección {number}\", \"percentage\": 50}}")).collect();
    let xml = picture("groups", &format!("{{\"groups\": [{}]}}", groups.join(","))).unwrap();
    assert_eq!(xml.matches("<w:drawing>").count(), 3);
    assert!(xml.contains("id=\"7\"") && xml.contains("id=\"9\""));
}

#[test]
fn absurd_figures_stay_inside_the_picture() {
    for percentage in ["1e300", "-5", "1000"] {
        let xml = picture("score", &format!("{{\"result\": {{\"percentage\": {percentage}}}}}")).unwrap();
        assert!(!xml.contains("cx=\"-"), "{percentage}");
    }
}

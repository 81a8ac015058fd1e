//! What a language contributes to fields: names of months and days, the decimal sign, the short date.

/// The conventions of a language tag (`es-CL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Locale {
    names: &'static Names,
    /// `1,5` rather than `1.5`.
    pub(super) decimal_comma: bool,
    /// The date picture of a field that gives none.
    pub(super) short_date: &'static str,
    /// The time picture of a field that gives none.
    pub(super) short_time: &'static str,
}

#[derive(Debug, PartialEq, Eq)]
struct Names {
    months: [&'static str; 12],
    days: [&'static str; 7],
    noon: [&'static str; 2],
}

const ENGLISH: Names = Names {
    months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    noon: ["AM", "PM"],
};
const SPANISH: Names = Names {
    months: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    noon: ["a. m.", "p. m."],
};
const PORTUGUESE: Names = Names {
    months: ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
    days: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"],
    noon: ["AM", "PM"],
};
const FRENCH: Names = Names {
    months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    noon: ["AM", "PM"],
};
const GERMAN: Names = Names {
    months: ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    noon: ["AM", "PM"],
};
const ITALIAN: Names = Names {
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    noon: ["AM", "PM"],
};
const CATALAN: Names = Names {
    months: ["gener", "febrer", "març", "abril", "maig", "juny", "juliol", "agost", "setembre", "octubre", "novembre", "desembre"],
    days: ["dilluns", "dimarts", "dimecres", "dijous", "divendres", "dissabte", "diumenge"],
    noon: ["a. m.", "p. m."],
};
const DUTCH: Names = Names {
    months: ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"],
    days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    noon: ["AM", "PM"],
};

/// Spanish with a decimal point (CLDR: the root of these regions is `es-419` with a point).
const SPANISH_WITH_POINT: [&str; 9] = ["MX", "US", "PR", "DO", "GT", "HN", "NI", "PA", "SV"];

impl Locale {
    /// The conventions of a tag; those of English (United States) where it is unknown.
    pub(super) fn of(tag: Option<&str>) -> Self {
        let mut subtags = tag.unwrap_or_default().split(['-', '_']);
        let language = subtags.next().unwrap_or_default().to_ascii_lowercase();
        let region = subtags.next().unwrap_or_default().to_ascii_uppercase();
        let make = |names, decimal_comma, short_date, short_time| Self { names, decimal_comma, short_date, short_time };
        match language.as_str() {
            "es" => make(&SPANISH, !SPANISH_WITH_POINT.contains(&region.as_str()), "dd/MM/yyyy", "H:mm"),
            "pt" => make(&PORTUGUESE, true, "dd/MM/yyyy", "HH:mm"),
            "fr" => make(&FRENCH, true, "dd/MM/yyyy", "HH:mm"),
            "de" => make(&GERMAN, true, "dd.MM.yyyy", "HH:mm"),
            "it" => make(&ITALIAN, true, "dd/MM/yyyy", "HH:mm"),
            "ca" => make(&CATALAN, true, "dd/MM/yyyy", "H:mm"),
            "nl" => make(&DUTCH, true, "d-M-yyyy", "HH:mm"),
            "pl" | "cs" | "ru" | "uk" | "tr" | "sv" | "da" | "nb" | "no" | "fi" | "hu" | "ro" | "gl" | "eu" => {
                make(&ENGLISH, true, "dd.MM.yyyy", "HH:mm")
            }
            "en" if !matches!(region.as_str(), "" | "US") => make(&ENGLISH, false, "dd/MM/yyyy", "HH:mm"),
            _ => make(&ENGLISH, false, "M/d/yyyy", "h:mm am/pm"),
        }
    }

    /// The name of a month, 1 to 12.
    pub(super) fn month(&self, month: i8) -> &'static str {
        self.names.months[(month.clamp(1, 12) - 1) as usize]
    }

    /// The name of a day of the week, 1 = Monday.
    pub(super) fn day(&self, day: i8) -> &'static str {
        self.names.days[(day.clamp(1, 7) - 1) as usize]
    }

    /// Before or after noon.
    pub(super) fn noon(&self, hour: i8) -> &'static str {
        self.names.noon[usize::from(hour >= 12)]
    }
}

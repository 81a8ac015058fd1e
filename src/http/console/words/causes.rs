//! For each cause: what to do about it, and where. What it is called stands with the causes themselves ([`crate::model::cause`]).

use crate::http::console::words::Language;
use crate::model::cause::Cause;
use crate::model::role::Role;

/// What a person does about a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remedy {
    /// What to do, in one or two sentences.
    pub steps: &'static str,
    /// The page where it is done.
    pub place: Option<&'static str>,
    /// Who can do it here.
    pub role: Role,
}

/// The name of a cause in a language; a word of another release is its own name.
pub fn title(cause: &Cause, language: Language) -> String {
    if let Cause::Other(word) = cause {
        return word.to_string();
    }
    let words = cause.implied().words;
    language.pick(words.es, words.en, words.pt).to_owned()
}

/// What to do about a cause.
pub fn remedy(cause: &Cause, language: Language) -> Remedy {
    let (place, role, texts) = table(cause);
    let [es, en, pt] = texts;
    Remedy { steps: language.pick(es, en, pt), place, role }
}

const BANKS: Option<&str> = Some("/console/banks");
const TEMPLATES: Option<&str> = Some("/console/templates");
const RULES: Option<&str> = Some("/console/profiles");
const HEALTH: Option<&str> = Some("/console/health");

type Row = (Option<&'static str>, Role, [&'static str; 3]);

/// Nothing needs to be done.
const BY_ITSELF: [&str; 3] = [
    "Nada: se reintenta solo. Si dura más de una hora, mira «Estado».",
    "Nothing: it is tried again automatically. If it lasts longer than an hour, see “Health”.",
    "Nada: tenta de novo sozinho. Se durar mais de uma hora, veja “Estado”.",
];
/// Only who knows the program can help.
const TECHNICAL: [&str; 3] = [
    "Abre uno de los informes, copia los detalles técnicos con «Copiar para soporte» y envíaselos a la persona técnica.",
    "Open one of the reports, copy its technical details with “Copy for support” and send them to the technical person.",
    "Abra um dos relatórios, copie os detalhes técnicos com “Copiar para suporte” e envie-os à pessoa técnica.",
];

fn table(cause: &Cause) -> Row {
    use Role::{Admin, Operator};
    match cause {
        Cause::BankMissing => (
            BANKS,
            Operator,
            [
                "Sube el banco de preguntas de esta prueba en «Bancos de preguntas», con el mismo nombre que la prueba. Los informes siguen solos en unos minutos; «Continuar» los sigue enseguida.",
                "Upload the question bank of this test under “Question banks”, named like the test. The reports resume automatically within minutes; “Continue” does it at once.",
                "Envie o banco de questões desta prova em “Bancos de questões”, com o mesmo nome da prova. Os relatórios seguem sozinhos em minutos; “Continuar” segue já.",
            ],
        ),
        Cause::BankInvalid => (
            BANKS,
            Operator,
            [
                "Corrige las líneas que se indican en el banco y súbelo de nuevo en «Bancos de preguntas».",
                "Correct the lines of the bank that are named and upload it again under “Question banks”.",
                "Corrija as linhas indicadas no banco e envie-o de novo em “Bancos de questões”.",
            ],
        ),
        Cause::BankOutdated => (
            BANKS,
            Operator,
            [
                "La versión nueva del banco tiene errores y sigue sirviendo la anterior. Corrígela y súbela otra vez; mientras tanto nada se detiene.",
                "The bank's new version has faults, so the one before still serves. Correct it and upload it again; nothing stops meanwhile.",
                "A nova versão do banco tem erros e a anterior continua servindo. Corrija-a e envie-a de novo; nada para enquanto isso.",
            ],
        ),
        Cause::ProfileInvalid => (
            RULES,
            Admin,
            [
                "Las reglas de las pruebas tienen un error. Mira en «Reglas» cuál línea hay que corregir.",
                "The rules of the tests have a fault. See under “Rules” which line must be corrected.",
                "As regras das provas têm um erro. Veja em “Regras” qual linha corrigir.",
            ],
        ),
        Cause::ProfileOutdated => (
            RULES,
            Admin,
            [
                "La versión nueva de las reglas tiene errores y siguen sirviendo las anteriores. Corrígelas en «Reglas»; mientras tanto nada se detiene.",
                "The new version of the rules has faults, so those before still serve. Correct them under “Rules”; nothing stops meanwhile.",
                "A nova versão das regras tem erros e as anteriores continuam servindo. Corrija-as em “Regras”; nada para enquanto isso.",
            ],
        ),
        Cause::PlanMissing => (
            RULES,
            Admin,
            [
                "Este informe es un plan de estudio que ya no está en las reglas. Devuelve el plan en «Reglas» y continúa, o descarta el informe.",
                "This report is a study plan that the rules no longer hold. Put the plan back under “Rules” and continue, or discard the report.",
                "Este relatório é um plano de estudo que já não está nas regras. Devolva o plano em “Regras” e continue, ou descarte o relatório.",
            ],
        ),
        Cause::TemplateMissing => (
            TEMPLATES,
            Operator,
            [
                "Falta la plantilla de Word que piden las reglas. Súbela en «Plantillas» con ese mismo nombre, o elige otra en «Reglas».",
                "The Word template that the rules ask for is missing. Upload it under “Templates” by that name, or choose another under “Rules”.",
                "Falta o modelo do Word que as regras pedem. Envie-o em “Modelos” com esse mesmo nome, ou escolha outro em “Regras”.",
            ],
        ),
        Cause::TemplateBroken => (
            TEMPLATES,
            Operator,
            [
                "La plantilla no se puede usar. En «Plantillas» se dice en qué lugar está cada error; corrígela en Word y súbela de nuevo.",
                "The template cannot be used. “Templates” names the place of each mistake; correct it in Word and upload it again.",
                "O modelo não pode ser usado. Em “Modelos” diz-se onde está cada erro; corrija-o no Word e envie-o de novo.",
            ],
        ),
        Cause::TemplateOutdated | Cause::MailTemplateOutdated => (
            TEMPLATES,
            Operator,
            [
                "La versión nueva tiene errores y sigue sirviendo la anterior. Corrígela y súbela otra vez; mientras tanto nada se detiene.",
                "The new version has faults, so the one before still serves. Correct it and upload it again; nothing stops meanwhile.",
                "A nova versão tem erros e a anterior continua servindo. Corrija-a e envie-a de novo; nada para enquanto isso.",
            ],
        ),
        Cause::RenderFailed
        | Cause::AnalysisFailed
        | Cause::HandlerPanicked
        | Cause::WorkerDied
        | Cause::SourceUnknown
        | Cause::RecordUnreadable
        | Cause::RecordUnwritable
        | Cause::RecordName
        | Cause::Other(_) => (None, Admin, TECHNICAL),
        Cause::AnalysisImpossible => (
            BANKS,
            Operator,
            [
                "Las respuestas no calzan con el banco. Compara las preguntas de la prueba en la plataforma con las del banco y corrige el que esté mal; después continúa.",
                "The answers do not fit the bank. Compare the test's questions at the platform with the bank's and correct what is wrong; then continue.",
                "As respostas não combinam com o banco. Compare as questões da prova na plataforma com as do banco e corrija o que estiver errado; depois continue.",
            ],
        ),
        Cause::BankContradictsPlatform => (
            BANKS,
            Operator,
            [
                "Según el banco y según la plataforma, los aciertos son muy distintos. Revisa si es el banco de esta prueba y de esta forma, y corrígelo; los informes siguen después.",
                "By the bank and by the platform the right answers differ widely. See whether it is the bank of this test and this form, and correct it; the reports go on afterwards.",
                "Segundo o banco e segundo a plataforma, os acertos são muito diferentes. Verifique se é o banco desta prova e desta forma e corrija-o; os relatórios seguem depois.",
            ],
        ),
        Cause::SubmissionTooLong | Cause::TooManyAnswers => (
            None,
            Admin,
            [
                "Llegó mucho más de lo que tiene una prueba. Revisa en la plataforma qué envía la automatización; si la rendición no vale, descarta el informe.",
                "Far more came than a test holds. See at the platform what the automation sends; if the submission is not a real one, discard the report.",
                "Chegou muito mais do que uma prova tem. Verifique na plataforma o que a automação envia; se a realização não vale, descarte o relatório.",
            ],
        ),
        Cause::ReportMissing => (
            None,
            Operator,
            [
                "El PDF que estaba archivado ya no está. «Continuar» lo hace de nuevo.",
                "The PDF that was filed is gone. “Continue” makes it anew.",
                "O PDF arquivado já não está lá. “Continuar” o faz de novo.",
            ],
        ),
        Cause::NoResponses => (
            None,
            Operator,
            [
                "Revisa en la plataforma que el estudiante haya terminado la prueba. Si la rendición está, continúa; si no existe, descarta.",
                "See at the platform that the student finished the test. If the submission is there, continue; if there is none, discard.",
                "Verifique na plataforma se o estudante terminou a prova. Se a realização está lá, continue; se não existe, descarte.",
            ],
        ),
        Cause::NoAssessment | Cause::NoStudent => (
            None,
            Admin,
            [
                "Al aviso de la plataforma le falta un dato. Corrige la automatización allá y haz que avise otra vez; este se puede descartar.",
                "The platform's call lacks something. Correct the automation there and let it call again; this one can be discarded.",
                "Falta um dado no aviso da plataforma. Corrija a automação lá e faça-a avisar de novo; este pode ser descartado.",
            ],
        ),
        Cause::Unreadable | Cause::WebhookUnreadable => (
            Some("/console/calls"),
            Admin,
            [
                "La plataforma avisó algo con la clave correcta, pero no se entiende. Corrige el cuerpo de la automatización y haz que avise otra vez; después descarta este.",
                "The platform called with the right key, but what it said cannot be read. Correct the automation's body and let it call again; then discard this one.",
                "A plataforma avisou algo com a chave certa, mas não se entende. Corrija o corpo da automação e faça-a avisar de novo; depois descarte este.",
            ],
        ),
        Cause::WebhookUnsigned => (
            Some("/console/calls"),
            Admin,
            [
                "Llegan muchos avisos sin la firma correcta. Compara la clave del webhook en la plataforma con WEBHOOK_SECRET. Si los informes salen bien, es alguien ajeno y no hay nada que hacer.",
                "Many calls come without the right signature. Compare the webhook's key at the platform with WEBHOOK_SECRET. If reports go out as usual, it is a stranger and there is nothing to do.",
                "Chegam muitos avisos sem a assinatura certa. Compare a chave do webhook na plataforma com WEBHOOK_SECRET. Se os relatórios saem bem, é um estranho e não há nada a fazer.",
            ],
        ),
        Cause::AddressMissing | Cause::AddressInvalid => (
            None,
            Operator,
            [
                "Corrige el correo del estudiante en la plataforma y continúa. Si urge, «Enviar a otra dirección».",
                "Correct the student's address at the platform and continue. If it is urgent, “Send to another address”.",
                "Corrija o e-mail do estudante na plataforma e continue. Se for urgente, “Enviar a outro endereço”.",
            ],
        ),
        Cause::MailRefused => (
            None,
            Operator,
            [
                "El servidor rechazó esa dirección. ¿Está mal escrita? Corrígela en la plataforma y continúa. ¿Fallan todas? Mira «Estado», en Correo.",
                "The server refused that address. Is it misspelt? Correct it at the platform and continue. Do all fail? See “Health”, Mail.",
                "O servidor recusou esse endereço. Está errado? Corrija-o na plataforma e continue. Todos falham? Veja “Estado”, em E-mail.",
            ],
        ),
        Cause::MailTooLarge | Cause::MailContentRefused => (
            TEMPLATES,
            Operator,
            [
                "El servidor no acepta el correo por lo que lleva. Prueba con una plantilla de imágenes más livianas, o pregunta a quien administra el correo.",
                "The server does not take the mail for what it holds. Try a template with lighter pictures, or ask whoever administers the mail.",
                "O servidor não aceita o e-mail pelo que contém. Tente um modelo com imagens mais leves, ou pergunte a quem administra o e-mail.",
            ],
        ),
        Cause::MailAmbiguous => (
            None,
            Operator,
            [
                "No se sabe si el correo llegó. Pregúntale al estudiante. Si llegó, descarta; si no, continúa.",
                "Nobody knows whether the mail arrived. Ask the student. If it did, discard; if not, continue.",
                "Não se sabe se o e-mail chegou. Pergunte ao estudante. Se chegou, descarte; se não, continue.",
            ],
        ),
        Cause::MailQuota | Cause::MailSenderRefused | Cause::MailAccountBlocked | Cause::MailLoginRefused | Cause::MailSettings => (
            HEALTH,
            Admin,
            [
                "El problema es de la cuenta de correo, no del informe. Mira «Estado», en Correo; cuando funcione, todo sale solo.",
                "It is the mail account's problem, not the report's. See “Health”, Mail; when it works, everything goes out by itself.",
                "O problema é da conta de e-mail, não do relatório. Veja “Estado”, em E-mail; quando funcionar, tudo sai sozinho.",
            ],
        ),
        Cause::MailText => (TEMPLATES, Admin, TECHNICAL),
        Cause::PlatformNotConfigured => (
            HEALTH,
            Admin,
            [
                "Falta conectar la plataforma. La persona técnica completa los ajustes; mira «Estado», en Plataforma.",
                "The platform is not connected. The technical person completes the settings; see “Health”, Platform.",
                "Falta conectar a plataforma. A pessoa técnica completa as configurações; veja “Estado”, em Plataforma.",
            ],
        ),
        Cause::PlatformUnauthorized | Cause::PlatformForbidden => (
            HEALTH,
            Admin,
            [
                "La plataforma no acepta nuestra clave, o le faltan permisos. La persona técnica la renueva; los informes siguen solos.",
                "The platform does not accept our key, or it lacks rights. The technical person renews it; the reports resume automatically.",
                "A plataforma não aceita nossa chave, ou faltam permissões. A pessoa técnica a renova; os relatórios seguem sozinhos.",
            ],
        ),
        Cause::PlatformNotFound | Cause::PlatformRefused => (
            None,
            Admin,
            [
                "La plataforma no conoce esa prueba o ese estudiante. Revisa el identificador en la automatización y continúa.",
                "The platform does not know that test or that student. See the identifier in the automation and continue.",
                "A plataforma não conhece essa prova ou esse estudante. Verifique o identificador na automação e continue.",
            ],
        ),
        Cause::StorageUnavailable | Cause::StorageRefused => (
            HEALTH,
            Admin,
            [
                "El almacenamiento no responde o no acepta. Se reintenta solo; si dura, mira «Estado», en Almacenamiento.",
                "The storage does not answer or does not accept. It is tried again automatically; if it lasts, see “Health”, Storage.",
                "O armazenamento não responde ou não aceita. Tenta de novo sozinho; se durar, veja “Estado”, em Armazenamento.",
            ],
        ),
        Cause::PersonObjected | Cause::PersonBlocked => (
            Some("/console/privacy"),
            Admin,
            [
                "No se hace ni se envía nada mientras siga así. Se levanta en «Privacidad»; el informe sigue entonces solo.",
                "Nothing is made or sent as long as it stands. It is lifted under “Privacy”; the report then goes on by itself.",
                "Nada é feito nem enviado enquanto continuar assim. Levanta-se em “Privacidade”; o relatório então continua sozinho.",
            ],
        ),
        Cause::Discarded => (
            None,
            Operator,
            [
                "Nada: una persona decidió que no se envíe. «Intentar de nuevo» lo deshace.",
                "Nothing: a person decided that nothing is sent. “Try again” undoes it.",
                "Nada: uma pessoa decidiu não enviar. “Tentar de novo” desfaz.",
            ],
        ),
        Cause::Released
        | Cause::DeliveriesWait
        | Cause::LeaseLost
        | Cause::QueueFull
        | Cause::StorageConflict
        | Cause::StorageChanged
        | Cause::PlatformRateLimited
        | Cause::PlatformUnavailable
        | Cause::PlatformMalformed
        | Cause::PlatformBlocked
        | Cause::PlatformOversized
        | Cause::SubmissionLate
        | Cause::MailUnavailable
        | Cause::MailElsewhere => (None, Operator, BY_ITSELF),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_name_and_a_remedy_in_every_language() {
        for cause in Cause::ALL {
            for language in Language::ALL {
                let remedy = remedy(cause, language);
                assert!(!title(cause, language).is_empty() && remedy.steps.ends_with('.'), "{cause} {language:?}");
                assert!(remedy.place.is_none_or(|place| place.starts_with("/console/")), "{cause}");
            }
        }
        assert_eq!(title(&Cause::parse("moon_phase"), Language::Es), "moon_phase");
    }
}

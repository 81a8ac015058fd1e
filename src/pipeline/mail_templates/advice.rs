//! What a person does about a cause, in the school's language: the second half of every alert.

use crate::model::cause::{Cause, Resolution};
use crate::report::language::Language;

/// Whether the reports go by themselves once the cause is gone.
pub(super) fn goes_by_itself(cause: &Cause) -> bool {
    matches!(cause.implied().resolution, Resolution::Time | Resolution::Outage | Resolution::Seen)
}

/// What to do, in whole sentences.
pub(super) fn steps(cause: &Cause, language: Language) -> &'static str {
    let [es, en, pt] = in_all(cause);
    match language {
        Language::Es => es,
        Language::En => en,
        Language::Pt => pt,
    }
}

#[rustfmt::skip] // A table of three languages, read row by row.
fn in_all(cause: &Cause) -> [&'static str; 3] {
    match cause {
        Cause::BankMissing => [
            "Sube el banco de preguntas con el nombre que se indica abajo.",
            "Upload the question bank under the name given below.",
            "Envie o banco de questões com o nome indicado abaixo.",
        ],
        Cause::BankInvalid | Cause::BankOutdated => [
            "Corrige las líneas indicadas abajo y sube el banco de nuevo. gradepost bank check muestra todos los errores.",
            "Correct the lines given below and upload the bank again. gradepost bank check shows every mistake.",
            "Corrija as linhas indicadas abaixo e envie o banco de novo. gradepost bank check mostra todos os erros.",
        ],
        Cause::ProfileInvalid | Cause::ProfileOutdated | Cause::PlanMissing => [
            "Corrige assessments.toml en la línea indicada abajo.",
            "Correct assessments.toml at the line given below.",
            "Corrija assessments.toml na linha indicada abaixo.",
        ],
        Cause::TemplateMissing => [
            "Sube la plantilla con el nombre indicado abajo, o elige otra en assessments.toml.",
            "Upload the template under the name given below, or choose another in assessments.toml.",
            "Envie o modelo com o nome indicado abaixo, ou escolha outro em assessments.toml.",
        ],
        Cause::TemplateBroken | Cause::TemplateOutdated => [
            "Abre la plantilla en Word y corrige los lugares indicados abajo. gradepost template check los muestra todos.",
            "Open the template in Word and correct the places given below. gradepost template check shows them all.",
            "Abra o modelo no Word e corrija os lugares indicados abaixo. gradepost template check mostra todos.",
        ],
        Cause::MailTemplateOutdated => [
            "Corrige el texto de correo indicado abajo. gradepost template mail check muestra todos los errores.",
            "Correct the mail text given below. gradepost template mail check shows every mistake.",
            "Corrija o texto de e-mail indicado abaixo. gradepost template mail check mostra todos os erros.",
        ],
        Cause::AnalysisImpossible => [
            "Compara la prueba en la plataforma con el banco de preguntas: algo no calza.",
            "Compare the assessment at the platform with the question bank: something does not match.",
            "Compare a prova na plataforma com o banco de questões: algo não combina.",
        ],
        Cause::PersonObjected | Cause::PersonBlocked => [
            "Nada se hace ni se envía mientras siga así. En la consola, «Privacidad» muestra por qué y lo levanta.",
            "Nothing is made or sent as long as it stands. In the console, “Privacy” shows why and lifts it.",
            "Nada é feito nem enviado enquanto continuar assim. No console, “Privacidade” mostra por quê e o levanta.",
        ],
        Cause::AddressMissing => [
            "Agrega el correo del estudiante en la plataforma y continúa el informe.",
            "Add the student's address at the platform and continue the report.",
            "Adicione o e-mail do estudante na plataforma e continue o relatório.",
        ],
        Cause::AddressInvalid | Cause::MailRefused => [
            "Corrige el correo del estudiante en la plataforma y continúa el informe.",
            "Correct the student's address at the platform and continue the report.",
            "Corrija o e-mail do estudante na plataforma e continue o relatório.",
        ],
        Cause::MailTooLarge => [
            "Achica las imágenes de la plantilla, o usa un servidor de correo que acepte mensajes más grandes. Abajo están el tamaño y el límite.",
            "Make the template's pictures smaller, or use a mail server that takes larger mails. Size and limit are below.",
            "Reduza as imagens do modelo, ou use um servidor de e-mail que aceite mensagens maiores. O tamanho e o limite estão abaixo.",
        ],
        Cause::MailContentRefused => [
            "Lee abajo lo que dice el servidor. Cambia el texto del correo o la plantilla, y continúa los informes.",
            "Read below what the server says. Change the mail's text or the template, and continue the reports.",
            "Leia abaixo o que diz o servidor. Mude o texto do e-mail ou o modelo, e continue os relatórios.",
        ],
        Cause::MailQuota => [
            "Nada urgente: todos los correos esperan y salen cuando la cuenta pueda enviar otra vez. Si pasa seguido, contrata un plan mayor u otro proveedor.",
            "Nothing urgent: all mails wait and go when the account may send again. If it happens often, take a larger plan or another provider.",
            "Nada urgente: todos os e-mails esperam e saem quando a conta puder enviar de novo. Se acontecer muito, contrate um plano maior ou outro provedor.",
        ],
        Cause::MailSenderRefused => [
            "Pon en EMAIL_FROM una dirección con la que esta cuenta pueda enviar, o verifica el remitente o su dominio (SPF, DKIM) con el proveedor. Si el servidor no reenvía para nosotros, revisa EMAIL_USER y EMAIL_PASSWORD.",
            "Set EMAIL_FROM to an address that this account may send from, or verify the sender or its domain (SPF, DKIM) at the provider. If the server does not relay for us, see EMAIL_USER and EMAIL_PASSWORD.",
            "Coloque em EMAIL_FROM um endereço com o qual esta conta possa enviar, ou verifique o remetente ou seu domínio (SPF, DKIM) com o provedor. Se o servidor não encaminha para nós, veja EMAIL_USER e EMAIL_PASSWORD.",
        ],
        Cause::MailAccountBlocked => [
            "Entra a la página del proveedor y desbloquea, activa o paga la cuenta de correo. Si bloquea esta máquina, pide que la permita.",
            "Open the provider's page and unblock, activate or pay for the mail account. If it blocks this machine, have it allowed.",
            "Entre na página do provedor e desbloqueie, ative ou pague a conta de e-mail. Se ele bloqueia esta máquina, peça que a permita.",
        ],
        Cause::MailLoginRefused => [
            "Corrige EMAIL_USER y EMAIL_PASSWORD. Gmail, Yahoo y Zoho piden una contraseña de aplicación; Microsoft 365 pide permitir «SMTP autenticado» en el buzón. Después reinicia el servicio.",
            "Correct EMAIL_USER and EMAIL_PASSWORD. Gmail, Yahoo and Zoho want an app password; Microsoft 365 wants \"Authenticated SMTP\" allowed for the mailbox. Then restart the service.",
            "Corrija EMAIL_USER e EMAIL_PASSWORD. Gmail, Yahoo e Zoho pedem uma senha de aplicativo; o Microsoft 365 pede permitir o \"SMTP autenticado\" na caixa. Depois reinicie o serviço.",
        ],
        Cause::MailSettings => [
            "Corrige SMTP_SERVER, SMTP_PORT o SMTP_TLS como se indica abajo y reinicia el servicio. gradepost email test los prueba.",
            "Correct SMTP_SERVER, SMTP_PORT or SMTP_TLS as given below and restart the service. gradepost email test tries them.",
            "Corrija SMTP_SERVER, SMTP_PORT ou SMTP_TLS como indicado abaixo e reinicie o serviço. gradepost email test os testa.",
        ],
        Cause::MailUnavailable => [
            "Se reintenta solo. Si dura, revisa SMTP_SERVER y SMTP_PORT y pregunta al proveedor de correo.",
            "It is tried again automatically. If it lasts, see SMTP_SERVER and SMTP_PORT and ask the mail provider.",
            "É tentado de novo sozinho. Se durar, veja SMTP_SERVER e SMTP_PORT e pergunte ao provedor de e-mail.",
        ],
        Cause::MailAmbiguous => [
            "Pregunta al estudiante si le llegó. Si llegó, descarta el informe; si no, continúalo y se envía otra vez.",
            "Ask the student whether it arrived. If it did, discard the report; if not, continue it and it is sent again.",
            "Pergunte ao estudante se chegou. Se chegou, descarte o relatório; se não, continue-o e ele é enviado de novo.",
        ],
        Cause::PlatformUnauthorized | Cause::PlatformForbidden | Cause::PlatformNotConfigured => [
            "Renueva el acceso a la API de la plataforma (ACCESS_TOKEN, o CLIENT_ID y CLIENT_SECRET) con los permisos que se indican abajo.",
            "Renew the access to the platform's API (ACCESS_TOKEN, or CLIENT_ID and CLIENT_SECRET) with the permissions given below.",
            "Renove o acesso à API da plataforma (ACCESS_TOKEN, ou CLIENT_ID e CLIENT_SECRET) com as permissões indicadas abaixo.",
        ],
        Cause::PlatformNotFound | Cause::PlatformRefused | Cause::NoAssessment | Cause::NoStudent => [
            "Revisa en la plataforma la automatización que avisa a gradepost: identificador de la prueba y del estudiante.",
            "See the automation at the platform that calls gradepost: the ids of assessment and student.",
            "Veja na plataforma a automação que avisa o gradepost: identificador da prova e do estudante.",
        ],
        Cause::WebhookUnreadable => [
            "Corrige el cuerpo o los encabezados en la automatización de la plataforma; el aviso rechazado no se repite solo.",
            "Correct the body or the headers in the platform's automation; the call that was turned away does not come again by itself.",
            "Corrija o corpo ou os cabeçalhos na automação da plataforma; o aviso recusado não se repete sozinho.",
        ],
        Cause::WebhookUnsigned => [
            "Compara la clave del webhook en la plataforma (Settings → Developers → Webhooks) con WEBHOOK_SECRET: mientras no coincidan, ningún aviso llega. Si los informes salen bien, alguien ajeno prueba la dirección y no hay nada que hacer.",
            "Compare the webhook's key at the platform (Settings → Developers → Webhooks) with WEBHOOK_SECRET: while they differ, no call is taken. If reports go out as usual, a stranger tries the address and there is nothing to do.",
            "Compare a chave do webhook na plataforma (Settings → Developers → Webhooks) com WEBHOOK_SECRET: enquanto diferirem, nenhum aviso chega. Se os relatórios saem bem, um estranho tenta o endereço e não há nada a fazer.",
        ],
        Cause::NoResponses | Cause::SubmissionLate => [
            "Revisa en la plataforma que la rendición del estudiante exista.",
            "See at the platform whether the student's submission exists.",
            "Veja na plataforma se a realização do estudante existe.",
        ],
        Cause::PlatformUnavailable | Cause::PlatformMalformed | Cause::PlatformRateLimited => [
            "Se reintenta solo. Si dura, revisa el estado de la plataforma.",
            "It is tried again automatically. If it lasts, see the platform's status.",
            "É tentado de novo sozinho. Se durar, veja o estado da plataforma.",
        ],
        Cause::StorageUnavailable | Cause::StorageRefused | Cause::StorageConflict | Cause::StorageChanged => [
            "Revisa el almacenamiento: espacio en disco, permisos, o el bucket. gradepost storage check dice qué falla.",
            "See the storage: disk space, permissions, or the bucket. gradepost storage check says what fails.",
            "Veja o armazenamento: espaço em disco, permissões, ou o bucket. gradepost storage check diz o que falha.",
        ],
        Cause::ReportMissing => [
            "Continúa el informe: el PDF se hace de nuevo.",
            "Continue the report: the PDF is made anew.",
            "Continue o relatório: o PDF é feito de novo.",
        ],
        _ => [
            "Avisa a la persona técnica y muéstrale el detalle de abajo.",
            "Tell the technical person and show the detail below.",
            "Avise a pessoa técnica e mostre o detalhe abaixo.",
        ],
    }
}

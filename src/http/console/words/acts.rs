//! What can be done with a report, and the question before it is done.

use super::words;

words! {
    /// Buttons: always the verb itself.
    Acts {
        try_now: "Intentar ahora", "Try now", "Tentar agora";
        go_on: "Continuar", "Continue", "Continuar";
        send: "Enviar otra vez", "Send again", "Enviar de novo";
        send_to: "Enviar a otra dirección", "Send to another address", "Enviar a outro endereço";
        render: "Rehacer el PDF", "Make the PDF again", "Refazer o PDF";
        mark: "Corregir de nuevo", "Mark again", "Corrigir de novo";
        restart: "Pedir las respuestas otra vez", "Fetch the answers again", "Pedir as respostas de novo";
        retry: "Intentar de nuevo", "Try again", "Tentar de novo";
        discard: "Descartar", "Discard", "Descartar";
        more: "Más acciones", "More actions", "Mais ações";
        no: "No, volver", "No, go back", "Não, voltar";
        continue_all: "Continuar todos ({n})", "Continue all ({n})", "Continuar todos ({n})";
        stop: "Detener", "Stop", "Parar";
    }
}

words! {
    /// The questions, and what is said once it is done.
    Question {
        try_now: "¿Intentar ahora el informe de {student}? Si no, se intenta solo a las {at}.", "Try {student}'s report now? Otherwise it is tried by itself at {at}.", "Tentar agora o relatório de {student}? Se não, tenta sozinho às {at}.";
        go_on: "¿Ya está resuelto: «{cause}»? El informe de {student} continúa ahora.", "Is it fixed: “{cause}”? {student}'s report goes on now.", "Já está resolvido: “{cause}”? O relatório de {student} continua agora.";
        send: "¿Enviar otra vez a {address}? {student} recibirá un segundo correo con el mismo PDF del {date}.", "Send it again to {address}? {student} gets a second mail with the same PDF of {date}.", "Enviar de novo a {address}? {student} receberá um segundo e-mail com o mesmo PDF de {date}.";
        send_to: "El informe tiene datos personales de {student}. Envíalo solo a quien corresponda: apoderado o profesor jefe. Quedará anotado.", "The report holds personal data of {student}. Send it only to someone entitled to it, such as a guardian or the class teacher; this is recorded.", "O relatório tem dados pessoais de {student}. Envie só a quem corresponde: responsável ou professor titular. Ficará anotado.";
        render: "Se hace otra vez con la plantilla de hoy y las mismas respuestas y notas de {student}.", "It is made anew with today's template, from the same answers and marks of {student}.", "É feito de novo com o modelo de hoje e as mesmas respostas e notas de {student}.";
        mark: "Se corrige otra vez con el banco y las reglas de hoy, con las mismas respuestas de {student}. Antes: {before}.", "It is marked anew with today's bank and rules, from the same answers of {student}. Before: {before}.", "É corrigido de novo com o banco e as regras de hoje, com as mesmas respostas de {student}. Antes: {before}.";
        restart: "Se piden las respuestas de {student} a la plataforma y se hace todo de nuevo, también el correo.", "{student}'s answers are asked of the platform again and everything is done anew, the mail too.", "As respostas de {student} são pedidas à plataforma e tudo é feito de novo, também o e-mail.";
        retry: "¿Intentar de nuevo el informe de {student}? Se hace todo desde el principio y sale un correo.", "Try {student}'s report again? Everything is done from the start, and a mail goes out.", "Tentar de novo o relatório de {student}? Tudo é feito do começo e sai um e-mail.";
        discard: "No se enviará nada a {student} por esta rendición. Se puede deshacer con «Intentar de nuevo».", "Nothing will be sent to {student} for this submission. “Try again” undoes it.", "Nada será enviado a {student} por esta realização. Pode-se desfazer com “Tentar de novo”.";
        mail_too: "¿Enviarlo también por correo?", "Mail it too?", "Enviar também por e-mail?";
        file_only: "No, solo archivar", "No, only file it", "Não, só arquivar";
        file_and_mail: "Sí, archivar y enviar", "Yes, file and mail it", "Sim, arquivar e enviar";
        why: "Motivo", "Reason", "Motivo";
        why_optional: "Motivo (si quieres)", "Reason (if you like)", "Motivo (se quiser)";
        why_hint: "Queda en el registro con tu nombre. No escribas datos de salud ni familiares.", "Stands in the log with your name. Write nothing about health or family.", "Fica no registro com seu nome. Não escreva dados de saúde nem de família.";
        address: "Dirección de correo", "E-mail address", "Endereço de e-mail";
        address_again: "La misma dirección, otra vez", "The same address again", "O mesmo endereço, de novo";
        done_try_now: "Se intenta ahora.", "It is tried now.", "Tenta-se agora.";
        done_go_on: "El informe continúa.", "The report goes on.", "O relatório continua.";
        done_send: "Sale un segundo correo.", "A second mail goes out.", "Sai um segundo e-mail.";
        done_send_to: "El informe sale a la otra dirección.", "The report goes to the other address.", "O relatório sai para o outro endereço.";
        done_render: "El PDF se hace de nuevo.", "The PDF is made anew.", "O PDF é refeito.";
        done_mark: "Se corrige de nuevo.", "It is marked anew.", "É corrigido de novo.";
        done_restart: "Se piden las respuestas otra vez.", "The answers are fetched again.", "As respostas são pedidas de novo.";
        done_retry: "Se intenta de nuevo.", "It is tried again.", "Tenta-se de novo.";
        done_discard: "Descartado. No se envía nada.", "Discarded. Nothing is sent.", "Descartado. Nada é enviado.";
        no_audit: "No se pudo anotar en el registro, así que no se hizo nada. Inténtalo en un momento.", "It could not be written into the log, so nothing was done. Try again in a moment.", "Não foi possível anotar no registro, então nada foi feito. Tente em um momento.";
    }
}

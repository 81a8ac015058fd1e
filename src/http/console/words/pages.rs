//! The words of single pages.

use super::words;

words! {
    /// Today.
    Today {
        title: "Hoy", "Today", "Hoje";
        well: "Todo en orden.", "All is well.", "Tudo em ordem.";
        last_sent: "El último informe salió {at}.", "The last report went out {at}.", "O último relatório saiu {at}.";
        none_sent_today: "Hoy todavía no sale ningún informe.", "No report has gone out yet today.", "Hoje ainda não saiu nenhum relatório.";
        waits_one: "Un asunto espera a una persona.", "One matter waits for a person.", "Um assunto aguarda uma pessoa.";
        waits_many: "{n} asuntos esperan a una persona.", "{n} matters wait for a person.", "{n} assuntos aguardam uma pessoa.";
        overdue: "Hay informes atrasados desde las {at}.", "Reports are late since {at}.", "Há relatórios atrasados desde as {at}.";
        unfit: "El servicio no puede trabajar: {what}", "The service cannot work: {what}", "O serviço não pode trabalhar: {what}";
        mismatch: "La plataforma llama, pero la clave no coincide.", "The platform calls, but its key does not match.", "A plataforma chama, mas a chave não confere.";
        unreadable: "No puedo leer el almacenamiento ahora. Lo recibido está a salvo.", "The storage cannot be read now. What was received is safe.", "Não consigo ler o armazenamento agora. O que foi recebido está a salvo.";
        sent: "Enviados", "Sent", "Enviados";
        under_way: "En camino", "Under way", "A caminho";
        to_do: "Por resolver", "To do", "A resolver";
        not_sent: "No enviados", "Not sent", "Não enviados";
        of_today: "Hoy", "Today", "Hoje";
        speed: "De la entrega al correo: lo usual {median}, lo más lento {slowest}.", "From hand-in to mail: usually {median}, at most {slowest}.", "Da entrega ao e-mail: normalmente {median}, no máximo {slowest}.";
        refused: "Llamadas rechazadas: {n}", "Calls refused: {n}", "Chamadas recusadas: {n}";
        nothing_to_do: "Nada que resolver.", "Nothing to do.", "Nada a resolver.";
        nothing_to_do_more: "Cuando un informe necesite a una persona, aparecerá aquí con lo que hay que hacer.", "When a report needs a person, it shows here with what is to be done.", "Quando um relatório precisar de uma pessoa, aparecerá aqui com o que fazer.";
        days: "Los últimos 30 días", "The last 30 days", "Os últimos 30 dias";
        days_words: "30 días: {sent} enviados, {waits} por resolver, {failed} no enviados. El día con más: {day}, {most}.", "30 days: {sent} sent, {waits} to do, {failed} not sent. The busiest: {day}, {most}.", "30 dias: {sent} enviados, {waits} a resolver, {failed} não enviados. O dia com mais: {day}, {most}.";
        day: "Día", "Day", "Dia";
        recent: "Lo más reciente", "Just now", "O mais recente";
        first_title: "Primer día", "First day", "Primeiro dia";
        first_lead: "Seis pasos hasta el primer informe. Los que están listos llevan un visto.", "Six steps to the first report. Those that are done have a tick.", "Seis passos até o primeiro relatório. Os prontos levam um visto.";
        step_platform: "La plataforma responde", "The platform answers", "A plataforma responde";
        step_platform_how: "La persona técnica pone SCHOOL_DOMAIN, CLIENT_ID y la clave de la API. Sin esto, las respuestas deben venir en el aviso.", "The technical person sets SCHOOL_DOMAIN, CLIENT_ID and the API key. Without it, the answers must come with the call.", "A pessoa técnica define SCHOOL_DOMAIN, CLIENT_ID e a chave da API. Sem isso, as respostas devem vir no aviso.";
        step_bank: "Hay un banco de preguntas", "There is a question bank", "Há um banco de questões";
        step_bank_how: "Sube el primero en «Bancos de preguntas»: un CSV con el nombre de la prueba.", "Upload the first under “Question banks”: a CSV file named like the test.", "Envie o primeiro em “Bancos de questões”: um CSV com o nome da prova.";
        step_template: "La plantilla sirve", "The template is sound", "O modelo serve";
        step_template_how: "Mira en «Plantillas» qué hay que corregir.", "See under “Templates” what must be corrected.", "Veja em “Modelos” o que corrigir.";
        step_mail: "El correo funciona", "Mail works", "O e-mail funciona";
        step_mail_how: "Mira en «Estado» qué dice el servidor de correo y envíate un correo de prueba.", "See under “Health” what the mail server says, and send yourself a test mail.", "Veja em “Estado” o que o servidor de e-mail diz e envie um e-mail de teste para você.";
        step_storage: "El almacenamiento guarda", "The storage keeps", "O armazenamento guarda";
        step_storage_how: "Mira en «Estado» qué dice el almacenamiento.", "See under “Health” what the storage says.", "Veja em “Estado” o que o armazenamento diz.";
        step_call: "Llegó la primera llamada", "The first call came", "Chegou a primeira chamada";
        step_call_how: "Crea la automatización en la plataforma y termina una prueba con un estudiante de prueba.", "Make the automation at the platform and finish a test as a trial student.", "Crie a automação na plataforma e termine uma prova com um estudante de teste.";
        done: "Listo", "Done", "Pronto";
        open: "Pendiente", "Open", "Pendente";
    }
}

words! {
    /// The list.
    Reports {
        title: "Informes", "Reports", "Relatórios";
        search: "Buscar", "Search", "Buscar";
        search_label: "Nombre, correo o número de informe", "Name, address or report number", "Nome, e-mail ou número do relatório";
        filters: "Filtros", "Filters", "Filtros";
        clear: "Quitar filtros", "Clear filters", "Tirar filtros";
        remove: "Quitar {what}", "Remove {what}", "Tirar {what}";
        apply: "Filtrar", "Filter", "Filtrar";
        state: "Estado", "State", "Estado";
        time: "Hora", "Time", "Hora";
        result: "Resultado", "Result", "Resultado";
        tries: "Intentos", "Tries", "Tentativas";
        any: "Cualquiera", "Any", "Qualquer";
        since: "Desde", "From", "De";
        until: "Hasta", "Until", "Até";
        today: "Hoy", "Today", "Hoje";
        week: "7 días", "7 days", "7 dias";
        month: "30 días", "30 days", "30 dias";
        year: "Este año", "This year", "Este ano";
        always: "Siempre", "Always", "Sempre";
        searched: "Búsqueda", "Search", "Busca";
        empty: "Aún no hay informes.", "There are no reports yet.", "Ainda não há relatórios.";
        empty_more: "Cuando un estudiante termine una prueba, aparecerá aquí.", "When a student finishes a test, it shows here.", "Quando um estudante terminar uma prova, aparecerá aqui.";
        none: "Ningún informe con estos filtros.", "No report with these filters.", "Nenhum relatório com estes filtros.";
        none_more: "¿Buscabas con tilde o sin tilde? Da lo mismo.", "With accents or without: it makes no difference.", "Com ou sem acento: tanto faz.";
        shown: "{from}–{to} de {n}", "{from}–{to} of {n}", "{from}–{to} de {n}";
        caption: "Informes, del más nuevo al más antiguo", "Reports, newest first", "Relatórios, do mais novo ao mais antigo";
        pick: "Elegir el informe de {student}", "Choose {student}'s report", "Escolher o relatório de {student}";
    }
}

words! {
    /// One report.
    Report {
        title: "Informe de {student}", "Report of {student}", "Relatório de {student}";
        sent_sentence: "Se envió {at} a {address}; el servidor de correo lo aceptó.", "It was sent {at} to {address}; the mail server took it.", "Foi enviado {at} a {address}; o servidor de e-mail aceitou.";
        filed_sentence: "El PDF está hecho y archivado desde {at}; no se envió por correo.", "The PDF is made and filed since {at}; it was not mailed.", "O PDF está feito e arquivado desde {at}; não foi enviado por e-mail.";
        queued_sentence: "Está en cola y parte solo en un momento.", "It is queued and starts by itself in a moment.", "Está na fila e começa sozinho em um instante.";
        again_sentence: "Algo de afuera falló por ahora. Se reintenta solo {at}.", "Something outside failed for now. It is tried again automatically {at}.", "Algo de fora falhou por agora. Tenta de novo sozinho {at}.";
        running_sentence: "Se está haciendo en este momento.", "It is being made at this moment.", "Está sendo feito neste momento.";
        duplicate_sentence: "La plataforma avisó otra vez de la misma rendición. El informe ya lo hizo otro aviso y no se envió de nuevo.", "The platform told of the same submission again. Another call's report covers it, and nothing was sent again.", "A plataforma avisou de novo da mesma realização. O relatório já foi feito por outro aviso e não foi enviado de novo.";
        skipped_sentence: "La regla de repeticiones del colegio deja el informe anterior: por esta rendición no se envía nada.", "The school's rule for retakes keeps the earlier report: nothing is sent for this submission.", "A regra de repetições da escola mantém o relatório anterior: nada é enviado por esta realização.";
        waits_sentence: "Espera a una persona desde {at}: {cause}.", "It waits for a person since {at}: {cause}.", "Aguarda uma pessoa desde {at}: {cause}.";
        failed_sentence: "Se dejó de intentar {at}: {cause}.", "It was given up {at}: {cause}.", "Desistiu-se {at}: {cause}.";
        discarded_sentence: "Una persona lo descartó {at}. No se envía nada.", "A person discarded it {at}. Nothing is sent.", "Uma pessoa o descartou {at}. Nada é enviado.";
        damaged_sentence: "El registro de este informe está dañado. Avisa a la persona técnica.", "The record of this report is damaged. Tell the technical person.", "O registro deste relatório está danificado. Avise a pessoa técnica.";
        what_to_do: "Qué hacer", "What to do", "O que fazer";
        pdf: "El informe", "The report", "O relatório";
        pdf_frame: "Informe de {student} en PDF", "Report of {student} as PDF", "Relatório de {student} em PDF";
        pdf_open: "Abrir el PDF", "Open the PDF", "Abrir o PDF";
        pdf_none: "Todavía no hay PDF.", "There is no PDF yet.", "Ainda não há PDF.";
        result: "Resultado", "Result", "Resultado";
        right: "{right} de {total} correctas", "{right} of {total} right", "{right} de {total} corretas";
        handed_in: "Rendido", "Handed in", "Realizado";
        address: "Correo", "Address", "E-mail";
        show_address: "Mostrar el correo completo", "Show the whole address", "Mostrar o e-mail completo";
        story: "Qué pasó", "What happened", "O que aconteceu";
        others: "Otros informes de este estudiante", "Other reports of this student", "Outros relatórios deste estudante";
        all_of_student: "Todo de este estudiante", "All of this student", "Tudo deste estudante";
        notes: "Avisos para el colegio", "Notes for the school", "Avisos para a escola";
        explanation: "Por qué este nivel", "Why this level", "Por que este nível";
        explanation_text: "Nivel y resultado salen de las reglas «{profile}».", "Level and result follow the rules “{profile}”.", "Nível e resultado saem das regras “{profile}”.";
        support: "Copiar para soporte", "Copy for support", "Copiar para suporte";
    }
}

words! {
    /// The story's moments.
    Story {
        received: "Recibido", "Received", "Recebido";
        received_more: "La plataforma avisó que el estudiante terminó.", "The platform told that the student finished.", "A plataforma avisou que o estudante terminou.";
        attempt: "Intento {n}", "Try {n}", "Tentativa {n}";
        fetched: "Respuestas traídas", "Answers fetched", "Respostas obtidas";
        fetched_more: "respuestas: {n}, rendido {at}", "answers: {n}, handed in {at}", "respostas: {n}, realizado {at}";
        fetched_event: "respuestas: {n}, venían en el aviso", "answers: {n}, they came with the call", "respostas: {n}, vieram no aviso";
        marked: "Corregido", "Marked", "Corrigido";
        marked_more: "con las reglas «{profile}»", "by the rules “{profile}”", "com as regras “{profile}”";
        made: "PDF hecho", "PDF made", "PDF feito";
        made_more: "{kb} kB, sin avisos", "{kb} kB, no warnings", "{kb} kB, sem avisos";
        made_warned: "{kb} kB, avisos: {n}", "{kb} kB, warnings: {n}", "{kb} kB, avisos: {n}";
        filed: "Archivado", "Filed", "Arquivado";
        sending: "Enviando", "Sending", "Enviando";
        accepted: "Aceptado por el servidor", "Taken by the server", "Aceito pelo servidor";
        not_taken: "El servidor no lo tomó", "The server did not take it", "O servidor não aceitou";
        failed: "Falló", "Failed", "Falhou";
        failed_next: "{cause}. Se reintenta {at}.", "{cause}. Tried again {at}.", "{cause}. Nova tentativa {at}.";
        waits: "Espera a una persona", "Waits for a person", "Aguarda uma pessoa";
        given_up: "Se dejó de intentar", "Given up", "Desistiu-se";
        closed: "Cerrado", "Closed", "Encerrado";
        opened: "Abierto de nuevo por {who}", "Opened again by {who}", "Reaberto por {who}";
        opened_self: "Abierto de nuevo", "Opened again", "Reaberto";
        discarded_by: "Descartado por {who}", "Discarded by {who}", "Descartado por {who}";
        reason: "Motivo: {why}", "Reason: {why}", "Motivo: {why}";
        from_mail: "Enviar otra vez el mismo PDF", "Send the same PDF again", "Enviar de novo o mesmo PDF";
        from_render: "Rehacer el PDF", "Make the PDF again", "Refazer o PDF";
        from_analyse: "Corregir de nuevo", "Mark again", "Corrigir de novo";
        from_fetch: "Todo desde el principio", "Everything from the start", "Tudo do começo";
        to_other: "a otra dirección", "to another address", "a outro endereço";
        not_mailed: "sin enviar", "without mailing", "sem enviar";
        damaged: "Registro dañado", "Damaged record", "Registro danificado";
        earlier: "Antes (vez {n})", "Before (time {n})", "Antes (vez {n})";
        console: "la consola", "the console", "o console";
        command: "la línea de comandos ({who})", "the command line ({who})", "a linha de comando ({who})";
        server_words: "Palabras del servidor", "The server's words", "Palavras do servidor";
    }
}

words! {
    /// What waits for a person.
    Todo {
        title: "Por resolver", "To do", "A resolver";
        lead: "Informes que no pueden seguir sin una persona, juntos por lo que les falta.", "Reports that cannot go on without a person, grouped by what they lack.", "Relatórios que não podem seguir sem uma pessoa, agrupados pelo que lhes falta.";
        empty: "Nada que resolver.", "Nothing to do.", "Nada a resolver.";
        empty_more: "Ningún informe espera a una persona.", "No report waits for a person.", "Nenhum relatório aguarda uma pessoa.";
        reports_one: "1 informe", "1 report", "1 relatório";
        reports_many: "{n} informes", "{n} reports", "{n} relatórios";
        since: "desde {at}", "since {at}", "desde {at}";
        see_all: "Ver los informes", "See the reports", "Ver os relatórios";
        courses: "Cursos", "Courses", "Cursos";
        mends_itself: "En cuanto se corrija, estos informes siguen solos.", "Once corrected, these reports resume automatically.", "Assim que for corrigido, estes relatórios seguem sozinhos.";
        first_message: "Lo que dijo el programa", "What the program said", "O que o programa disse";
        who_operator: "Puede hacerlo: secretaría", "Who can: the office", "Quem pode: secretaria";
        who_author: "Puede hacerlo: quien prepara las pruebas", "Who can: whoever prepares the tests", "Quem pode: quem prepara as provas";
        who_registrar: "Puede hacerlo: quien lleva los datos en la plataforma", "Who can: whoever keeps the data at the platform", "Quem pode: quem cuida dos dados na plataforma";
        who_developer: "Puede hacerlo: la persona técnica", "Who can: the technical person", "Quem pode: a pessoa técnica";
    }
}

words! {
    /// Refused calls.
    Calls {
        title: "Llamadas rechazadas", "Refused calls", "Chamadas recusadas";
        lead: "Aquí se ve si la plataforma logra avisarnos. De cada llamada se guarda lo mínimo: nunca su contenido.", "Here you see whether the platform reaches us. Of each call the least is kept: never what it said.", "Aqui se vê se a plataforma consegue nos avisar. De cada chamada guarda-se o mínimo: nunca o conteúdo.";
        last: "Última llamada aceptada: {accepted}. Última rechazada: {refused}.", "Last call accepted: {accepted}. Last refused: {refused}.", "Última chamada aceita: {accepted}. Última recusada: {refused}.";
        never: "ninguna", "none", "nenhuma";
        empty: "Ninguna llamada rechazada desde que partió el servicio.", "No call was refused since the service started.", "Nenhuma chamada recusada desde que o serviço começou.";
        reason: "Motivo", "Reason", "Motivo";
        n: "Veces", "Times", "Vezes";
        newest: "Las más recientes", "The newest", "As mais recentes";
        when: "Cuándo", "When", "Quando";
        size: "Tamaño", "Size", "Tamanho";
        media: "Tipo", "Kind", "Tipo";
        signed: "Firma", "Signature", "Assinatura";
        program: "Programa", "Program", "Programa";
        origin: "Procedencia", "Origin", "Origem";
        none: "no", "no", "não";
        missing_header: "Sin firma", "No signature", "Sem assinatura";
        missing_header_do: "La llamada no trae firma: el webhook está sin clave, o no es la plataforma.", "The call has no signature: the webhook has no key, or it is not the platform.", "A chamada não traz assinatura: o webhook está sem chave, ou não é a plataforma.";
        mismatch: "La clave no coincide", "The key does not match", "A chave não confere";
        mismatch_do: "Compara la clave de aquí con la de la plataforma, en Settings → Developers → Webhooks.", "Compare the key here with the platform's, under Settings → Developers → Webhooks.", "Compare a chave daqui com a da plataforma, em Settings → Developers → Webhooks.";
        no_secret: "Aquí no hay clave", "There is no key here", "Aqui não há chave";
        no_secret_do: "La persona técnica debe poner WEBHOOK_SECRET.", "The technical person must set WEBHOOK_SECRET.", "A pessoa técnica deve definir WEBHOOK_SECRET.";
        malformed: "No se entiende", "Cannot be read", "Não se entende";
        malformed_do: "Corrige el cuerpo de la automatización en la plataforma.", "Correct the body of the automation at the platform.", "Corrija o corpo da automação na plataforma.";
        unsupported_media_type: "No es JSON", "Not JSON", "Não é JSON";
        unsupported_media_type_do: "La automatización debe enviar JSON.", "The automation must send JSON.", "A automação deve enviar JSON.";
        too_large: "Demasiado grande", "Too large", "Grande demais";
        too_large_do: "La llamada pesa más de lo permitido: quita campos que no hagan falta.", "The call is larger than allowed: take out fields that are not needed.", "A chamada é maior que o permitido: tire campos desnecessários.";
        timeout: "Llegó a medias", "Came in half", "Chegou pela metade";
        timeout_do: "La red se cortó. La plataforma lo repite sola.", "The network broke off. The platform repeats it by itself.", "A rede caiu. A plataforma repete sozinha.";
        rate_limited: "Demasiadas llamadas", "Too many calls", "Chamadas demais";
        rate_limited_do: "Alguien llama muy seguido sin la clave. Nada que hacer, salvo que sea la plataforma.", "Somebody calls very often without the key. Nothing to do, unless it is the platform.", "Alguém chama com muita frequência sem a chave. Nada a fazer, salvo que seja a plataforma.";
        unavailable: "No se pudo guardar", "Could not be stored", "Não foi possível guardar";
        unavailable_do: "Se pidió repetirla. Mira «Estado», en Almacenamiento.", "It was asked to be sent again. See “Health”, Storage.", "Pediu-se para repetir. Veja “Estado”, em Armazenamento.";
        other: "Otro motivo", "Another reason", "Outro motivo";
        other_do: "Muestra esta línea a la persona técnica.", "Show this line to the technical person.", "Mostre esta linha à pessoa técnica.";
    }
}

words! {
    /// Health.
    Health {
        title: "Estado", "Health", "Estado";
        lead: "Lo mismo que diría la persona técnica al revisar el servicio.", "What the technical person would see when checking the service.", "O mesmo que a pessoa técnica veria ao revisar o serviço.";
        well: "Todo lo revisado está bien.", "All that was checked is well.", "Tudo o que foi verificado está bem.";
        ill_one: "Hay algo que arreglar.", "There is something to fix.", "Há algo a consertar.";
        ill_many: "Hay {n} cosas que arreglar.", "There are {n} things to fix.", "Há {n} coisas a consertar.";
        ok: "Bien", "Well", "Bem";
        bad: "Mal", "Not well", "Mal";
        info: "Dato", "Fact", "Dado";
        platform: "Plataforma", "Platform", "Plataforma";
        mail: "Correo", "Mail", "E-mail";
        storage: "Almacenamiento", "Storage", "Armazenamento";
        files: "Plantillas y bancos", "Templates and banks", "Modelos e bancos";
        service: "Servicio", "Service", "Serviço";
        settings: "Ajustes", "Settings", "Configurações";
        settings_caption: "Lo que está ajustado; de las claves solo si están", "What is set; of secrets only whether they are", "O que está configurado; das chaves, só se existem";
        set: "puesto", "set", "definido";
        unset: "no puesto", "not set", "não definido";
        part_platform: "Conexión con la plataforma", "Connection to the platform", "Conexão com a plataforma";
        part_mail: "Servidor de correo", "Mail server", "Servidor de e-mail";
        part_storage: "Dónde se guarda todo", "Where everything is kept", "Onde tudo é guardado";
        part_template: "Plantilla de siempre", "The usual template", "Modelo de sempre";
        part_banks: "Bancos de preguntas", "Question banks", "Bancos de questões";
        part_oldest: "Informe más atrasado", "The latest report", "Relatório mais atrasado";
        part_workers: "Informes en curso", "Reports at work", "Relatórios em andamento";
        part_projections: "Listas, cifras y avisos", "Lists, figures and alerts", "Listas, números e alertas";
        test_mail: "Enviarme un correo de prueba", "Send me a test mail", "Enviar-me um e-mail de teste";
        test_mail_to: "A esta dirección", "To this address", "Para este endereço";
        test_sent: "El servidor aceptó el correo de prueba. Revisa la casilla, también el correo no deseado.", "The server took the test mail. Look into the inbox, and into the spam folder.", "O servidor aceitou o e-mail de teste. Verifique a caixa, também o spam.";
        test_failed: "El correo de prueba no salió: {why}", "The test mail did not go out: {why}", "O e-mail de teste não saiu: {why}";
        test_subject: "Correo de prueba de los informes", "Test mail of the reports", "E-mail de teste dos relatórios";
        test_text: "Este es un correo de prueba. Si lo lees, los informes pueden salir.", "This is a test mail. If you can read it, reports can go out.", "Este é um e-mail de teste. Se você o lê, os relatórios podem sair.";
        version: "Versión {version}", "Version {version}", "Versão {version}";
    }
}

words! {
    /// Help.
    Help {
        title: "Ayuda", "Help", "Ajuda";
        lead: "Qué significan las palabras de estas páginas.", "What the words of these pages mean.", "O que significam as palavras destas páginas.";
        states: "Los estados de un informe", "The states of a report", "Os estados de um relatório";
        questions: "Preguntas de todos los días", "Everyday questions", "Perguntas de todo dia";
        q_missing: "Ana dice que no le llegó el informe", "Ana says she got no report", "Ana diz que não recebeu o relatório";
        a_missing: "Busca su nombre en «Informes». Si dice Enviado, el servidor de correo lo aceptó: pídele que mire el correo no deseado y confirma la dirección. Si hace falta, «Enviar otra vez».", "Search her name under “Reports”. If it says Sent, the mail server took it: ask her to look into the spam folder and check the address. If need be, “Send again”.", "Busque o nome em “Relatórios”. Se diz Enviado, o servidor de e-mail aceitou: peça que olhe o spam e confirme o endereço. Se preciso, “Enviar de novo”.";
        q_other: "Hay que mandarlo a otra dirección", "It must go to another address", "É preciso mandar a outro endereço";
        a_other: "Abre el informe y elige «Enviar a otra dirección». Pide el motivo y queda en el registro. La dirección del estudiante se corrige en la plataforma.", "Open the report and choose “Send to another address”. It asks for the reason, which stands in the log. The student's own address is corrected at the platform.", "Abra o relatório e escolha “Enviar a outro endereço”. Pede o motivo e fica no registro. O endereço do estudante se corrige na plataforma.";
        q_template: "La plantilla tenía un error y ya salieron informes", "The template had a mistake, and reports went out", "O modelo tinha um erro e já saíram relatórios";
        a_template: "Corrige la plantilla y, en cada informe, «Rehacer el PDF»: puedes solo archivarlo o enviarlo otra vez.", "Correct the template and choose “Make the PDF again” at each report: you can only file it, or mail it again.", "Corrija o modelo e, em cada relatório, “Refazer o PDF”: pode só arquivar ou enviar de novo.";
        q_key: "El banco tenía una alternativa mal", "The bank had a wrong key", "O banco tinha um gabarito errado";
        a_key: "Corrige el banco y elige «Corregir de nuevo» en los informes que toca. Verás el resultado de antes y el de ahora.", "Correct the bank and choose “Mark again” at the reports it concerns. You see the result before and now.", "Corrija o banco e escolha “Corrigir de novo” nos relatórios afetados. Você verá o resultado de antes e o de agora.";
        q_twice: "¿Puede llegar dos veces el mismo informe?", "Can a report arrive twice?", "O mesmo relatório pode chegar duas vezes?";
        a_twice: "Solo si alguien lo pide aquí. Si la plataforma avisa dos veces, el segundo aviso queda como Repetido.", "Only if somebody asks for it here. When the platform tells twice, the second call stands as Repeat.", "Só se alguém pedir aqui. Se a plataforma avisar duas vezes, o segundo aviso fica como Repetido.";
        keys: "Teclas", "Keys", "Teclas";
        keys_more: "Están apagadas. Se encienden en «Mi cuenta».", "They are off. Switch them on under “My account”.", "Estão desligadas. Ligam-se em “Minha conta”.";
        key_search: "buscar", "search", "buscar";
        key_rows: "fila siguiente y anterior", "next and previous row", "linha seguinte e anterior";
        key_today: "ir a Hoy", "go to Today", "ir a Hoje";
        key_reports: "ir a Informes", "go to Reports", "ir a Relatórios";
        key_todo: "ir a Por resolver", "go to To do", "ir a A resolver";
        key_back: "volver a la lista", "back to the list", "voltar à lista";
    }
}

words! {
    /// My account.
    Me {
        title: "Mi cuenta", "My account", "Minha conta";
        who: "Entraste como", "You are", "Você entrou como";
        role: "Puedes", "You may", "Você pode";
        role_reader: "Ver informes y resultados", "See reports and results", "Ver relatórios e resultados";
        role_operator: "Ver, resolver, enviar y preparar archivos", "See, fix, send and prepare files", "Ver, resolver, enviar e preparar arquivos";
        role_admin: "Todo, también decidir quién entra", "Everything, also who may come in", "Tudo, também decidir quem entra";
        look: "Cómo se ve", "How it looks", "Como se vê";
        language: "Idioma", "Language", "Idioma";
        theme: "Colores", "Colours", "Cores";
        system: "Como el equipo", "As the system", "Como o sistema";
        light: "Claro", "Light", "Claro";
        dark: "Oscuro", "Dark", "Escuro";
        keys: "Usar teclas de acceso rápido", "Use keyboard shortcuts", "Usar teclas de atalho";
        saved: "Guardado.", "Saved.", "Salvo.";
        everybody: "Cerrar todas las sesiones", "Sign everybody out", "Encerrar todas as sessões";
        everybody_more: "Todos, también tú, tendrán que entrar de nuevo. Úsalo si se perdió un equipo o una clave.", "Everybody, you too, will have to sign in again. Use it when a computer or a key was lost.", "Todos, também você, terão de entrar de novo. Use se um computador ou uma chave se perdeu.";
        since: "Desde", "Since", "Desde";
    }
}

words! {
    /// The log of acts.
    AuditWords {
        title: "Registro", "Log of acts", "Registro";
        lead: "Quién hizo qué, cuándo y por qué. Nada de esto se puede borrar aquí.", "Who did what, when and why. Nothing of it can be removed here.", "Quem fez o quê, quando e por quê. Nada disto pode ser apagado aqui.";
        own: "Ves solo lo que hiciste tú.", "You see only your own acts.", "Você vê só o que você fez.";
        when: "Cuándo", "When", "Quando";
        who: "Quién", "Who", "Quem";
        act: "Qué", "What", "O quê";
        on: "Sobre", "On", "Sobre";
        why: "Por qué", "Why", "Por quê";
        failed: "No se hizo", "Did not happen", "Não foi feito";
        empty: "Nadie ha hecho nada todavía.", "Nobody has done anything yet.", "Ninguém fez nada ainda.";
        try_now: "Intentó ahora", "Tried now", "Tentou agora";
        go_on: "Continuó", "Continued", "Continuou";
        send: "Envió otra vez", "Sent again", "Enviou de novo";
        send_to: "Envió a otra dirección", "Sent to another address", "Enviou a outro endereço";
        render: "Rehízo el PDF", "Made the PDF again", "Refez o PDF";
        mark: "Corrigió de nuevo", "Marked again", "Corrigiu de novo";
        restart: "Pidió las respuestas otra vez", "Fetched the answers again", "Pediu as respostas de novo";
        retry: "Intentó de nuevo", "Tried again", "Tentou de novo";
        discard: "Descartó", "Discarded", "Descartou";
        signed_in: "Entró", "Signed in", "Entrou";
        sign_in_failed: "Intento de entrar fallido", "Failed to sign in", "Tentativa de entrar falhou";
        everybody_out: "Cerró todas las sesiones", "Signed everybody out", "Encerrou todas as sessões";
        address_shown: "Vio un correo completo", "Saw a whole address", "Viu um e-mail completo";
        test_mail: "Envió un correo de prueba", "Sent a test mail", "Enviou um e-mail de teste";
        bulk: "Hizo lo mismo con varios informes", "Did the same to several reports", "Fez o mesmo com vários relatórios";
        list_exported: "Descargó una lista de informes", "Downloaded a list of reports", "Baixou uma lista de relatórios";
        bulk_stopped: "Detuvo una acción sobre varios", "Stopped an act on several", "Parou uma ação sobre vários";
        used: "Puso en uso un archivo", "Put a file in use", "Pôs um arquivo em uso";
        drafted: "Subió un borrador", "Uploaded a draft", "Enviou um rascunho";
        draft_discarded: "Descartó un borrador", "Discarded a draft", "Descartou um rascunho";
        key_created: "Creó una clave de programa", "Made a program's key", "Criou uma chave de programa";
        key_revoked: "Terminó una clave de programa", "Ended a program's key", "Encerrou uma chave de programa";
        shell_link: "Pidió un enlace para entrar", "Asked for a link to sign in", "Pediu um link para entrar";
        student_exported: "Entregó los datos de una persona", "Gave out a person's data", "Entregou os dados de uma pessoa";
        student_erased: "Borró los datos de una persona", "Erased a person's data", "Apagou os dados de uma pessoa";
        student_blocked: "Bloqueó los datos de una persona", "Blocked a person's data", "Bloqueou os dados de uma pessoa";
        student_objected: "Registró que una persona se opone", "Recorded that a person objects", "Registrou que uma pessoa se opõe";
        student_lifted: "Levantó un bloqueo o una oposición", "Lifted a block or an objection", "Levantou um bloqueio ou uma oposição";
        retention: "Borró lo que ya no debía guardarse", "Removed what was to be kept no longer", "Apagou o que já não devia ser guardado";
        person_added: "Agregó a una persona", "Added a person", "Adicionou uma pessoa";
        person_removed: "Quitó a una persona", "Removed a person", "Removeu uma pessoa";
    }
}

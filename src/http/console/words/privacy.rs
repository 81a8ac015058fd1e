//! Students' data: given out, blocked, erased, kept for how long.

use super::words;

words! {
    /// Privacy.
    PrivacyWords {
        title: "Privacidad", "Privacy", "Privacidade";
        lead: "Los datos de una persona: entregarlos, bloquearlos, dejar de tratarlos, borrarlos. Todo queda en el registro.", "A person's data: give them out, block them, stop processing them, erase them. All of it stands in the log.", "Os dados de uma pessoa: entregá-los, bloqueá-los, deixar de tratá-los, apagá-los. Tudo fica no registro.";
        find: "Buscar a la persona", "Find the person", "Buscar a pessoa";
        find_label: "Nombre, correo o identificador", "Name, address or id", "Nome, e-mail ou identificador";
        find_go: "Buscar", "Search", "Buscar";
        found: "Personas encontradas", "People found", "Pessoas encontradas";
        none: "No hay nadie así en los informes.", "There is nobody like that in the reports.", "Não há ninguém assim nos relatórios.";
        none_more: "Si pidió no recibir informes antes de tener el primero, regístralo con su identificador en la plataforma o su correo.", "If they asked for no reports before the first one, record it with their id at the platform or their address.", "Se pediu para não receber relatórios antes do primeiro, registre com o identificador na plataforma ou o e-mail.";
        reports: "Informes", "Reports", "Relatórios";
        open: "Ver qué se puede hacer", "See what can be done", "Ver o que se pode fazer";
        give: "Entregar sus datos", "Give out their data", "Entregar os dados";
        give_what: "Un archivo ZIP con todo lo que se guarda de esta persona: registros, informes y envíos, con una explicación en palabras. Se hace al descargarlo y no queda guardado.", "A ZIP file with everything that is kept of this person: records, reports and mails, with an explanation in words. It is made while you download it and kept nowhere.", "Um arquivo ZIP com tudo o que se guarda desta pessoa: registros, relatórios e envios, com uma explicação em palavras. É feito ao baixar e não fica guardado.";
        block: "Bloquear", "Block", "Bloquear";
        block_what: "Los datos quedan, pero nada se hace ni se envía hasta que se levante. Lo que llegue espera.", "The data stay, but nothing is made or sent until it is lifted. What comes in waits.", "Os dados ficam, mas nada é feito nem enviado até que se levante. O que chegar espera.";
        object: "No tratar más", "Process no more", "Não tratar mais";
        object_what: "No se hacen más informes de esta persona. Lo que llegue espera 30 días y después se cierra sin enviar nada. Para que también se vaya lo anterior, borra sus datos.", "No more reports are made of this person. What comes in waits for 30 days and is then closed without sending anything. For the earlier ones to go as well, erase their data.", "Não se fazem mais relatórios desta pessoa. O que chegar espera 30 dias e depois é encerrado sem enviar nada. Para que o anterior também saia, apague os dados.";
        erase: "Borrar sus datos", "Erase their data", "Apagar os dados";
        erase_what: "Se va todo lo que se guarda de esta persona. No se puede deshacer.", "Everything that is kept of this person goes. It cannot be undone.", "Sai tudo o que se guarda desta pessoa. Não se pode desfazer.";
        erase_goes: "Se borran sus registros, PDF, correos guardados y resultados, y lo que otras plataformas contaron de esta persona. Informes: {reports}; objetos: {objects}.", "Their records, PDFs, kept mails and results are erased, and what other platforms told of this person. Reports: {reports}; objects: {objects}.", "São apagados seus registros, PDFs, e-mails guardados e resultados, e o que outras plataformas contaram desta pessoa. Relatórios: {reports}; objetos: {objects}.";
        erase_stays: "Quedan fuera de alcance: los correos ya enviados, los datos de la propia plataforma, y por unos días lo que el almacenamiento o una copia de seguridad guarde de lo borrado. Las cifras sin nombres se conservan.", "Out of reach are: mails that were sent, the platform's own data, and for some days what the storage or a backup keeps of what was erased. Figures without names stay.", "Ficam fora de alcance: os e-mails já enviados, os dados da própria plataforma e, por alguns dias, o que o armazenamento ou uma cópia de segurança guarde do que foi apagado. Os números sem nomes ficam.";
        erase_type: "Para seguir, escribe el nombre: {name}", "To go on, type the name: {name}", "Para continuar, escreva o nome: {name}";
        erase_differs: "El nombre no es el mismo.", "The name is not the same.", "O nome não é o mesmo.";
        erase_go: "Borrar todo", "Erase all", "Apagar tudo";
        erase_said: "El borrado está en marcha. Abajo se ve cuándo terminó.", "Erasing is under way. Below you see when it is done.", "A exclusão está em andamento. Abaixo se vê quando termina.";
        reason: "Motivo", "Reason", "Motivo";
        reason_hint: "Queda en el registro, así que no escribas aquí el nombre.", "It stands in the log, so do not write the name here.", "Fica no registro, então não escreva o nome aqui.";
        reason_names: "El motivo nombra a la persona, y queda guardado. Escríbelo sin el nombre.", "The reason names the person, and it is kept. Write it without the name.", "O motivo cita o nome da pessoa e fica guardado. Escreva-o sem o nome.";
        until: "Hasta", "Until", "Até";
        until_hint: "Vacío: hasta que alguien lo levante.", "Empty: until somebody lifts it.", "Vazio: até que alguém o levante.";
        until_wrong: "Esa fecha no sirve: escríbela como 2026-12-31, en el futuro.", "That date cannot be used: write it like 2026-12-31, in the future.", "Essa data não serve: escreva-a como 2026-12-31, no futuro.";
        wished_title: "Bloqueos y oposiciones", "Blocks and objections", "Bloqueios e oposições";
        wished_none: "Nadie tiene sus datos bloqueados ni se ha opuesto.", "Nobody's data are blocked and nobody has objected.", "Ninguém tem os dados bloqueados nem se opôs.";
        who: "Quién", "Who", "Quem";
        unknown: "Alguien sin informes ({id})", "Somebody without reports ({id})", "Alguém sem relatórios ({id})";
        what: "Qué", "What", "O quê";
        blocked: "Bloqueado", "Blocked", "Bloqueado";
        objected: "No tratar más", "Process no more", "Não tratar mais";
        since: "Desde", "Since", "Desde";
        lift: "Levantar", "Lift", "Levantar";
        lift_question: "¿Levantarlo? Los informes que esperaban por esto siguen solos y se envían.", "Lift it? The reports that waited because of it go on by themselves and are sent.", "Levantar? Os relatórios que esperavam por isso continuam sozinhos e são enviados.";
        lifted_one: "Levantado. Un informe que esperaba sigue.", "Lifted. One report that waited goes on.", "Levantado. Um relatório que esperava continua.";
        lifted_many: "Levantado. {n} informes que esperaban siguen.", "Lifted. {n} reports that waited go on.", "Levantado. {n} relatórios que esperavam continuam.";
        wished_said: "Registrado. Desde ahora no se hace ni se envía nada de esta persona.", "Recorded. From now on nothing is made or sent of this person.", "Registrado. A partir de agora nada é feito nem enviado desta pessoa.";
        keep_title: "Plazos", "How long things are kept", "Prazos";
        keep_lead: "Los pone la persona técnica en los ajustes. Sin un plazo se guarda hasta que se borre.", "The technical person sets them. Without a term, things are kept until they are erased.", "Quem define é a pessoa técnica nos ajustes. Sem prazo, guarda-se até que se apague.";
        keep_class: "Qué", "What", "O quê";
        keep_days: "Se guarda", "Is kept", "Guarda-se";
        keep_soon: "Se va en 14 días", "Goes within 14 days", "Sai em 14 dias";
        keep_answers: "Respuestas", "Answers", "Respostas";
        keep_reports: "PDF y correos guardados", "PDFs and mails that are kept", "PDFs e e-mails guardados";
        keep_records: "Quién recibió qué, con qué resultado", "Who got what, with which result", "Quem recebeu o quê, com qual resultado";
        keep_audit: "Registro de lo que se hizo", "The log of acts", "Registro do que foi feito";
        days: "{n} días", "{n} days", "{n} dias";
        for_ever: "Hasta que se borre", "Until it is erased", "Até que se apague";
        receipts_title: "Borrados", "Erasures", "Exclusões";
        receipts_none: "No se ha borrado a nadie.", "Nobody has been erased.", "Ninguém foi apagado.";
        number: "Número", "Number", "Número";
        asked: "Pedido", "Asked for", "Pedido";
        objects: "Objetos", "Objects", "Objetos";
        state: "Estado", "State", "Estado";
        under_way: "En marcha", "Under way", "Em andamento";
        done: "Borrado", "Erased", "Apagado";
        verified: "Borrado y comprobado", "Erased and verified", "Apagado e verificado";
        other: "Registrar a alguien sin informes", "Record somebody without reports", "Registrar alguém sem relatórios";
        other_label: "Identificador en la plataforma, o correo", "Id at the platform, or address", "Identificador na plataforma, ou e-mail";
    }
}

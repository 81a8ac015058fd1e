//! Templates, banks, rules, and what many reports at once come to.

use super::words;

words! {
    /// The school's files.
    Files {
        templates: "Plantillas", "Templates", "Modelos";
        templates_lead: "El papel de los informes: archivos de Word que el colegio edita. Una versión nueva se prueba aquí antes de usarse.", "The paper of the reports: Word files that the school edits. A new version is tried here before it is used.", "O papel dos relatórios: arquivos do Word que a escola edita. Uma versão nova é testada aqui antes de ser usada.";
        templates_empty: "Sirve la plantilla que viene con el servicio. Descárgala, cámbiala en Word y súbela.", "The bundled template serves. Download it, change it in Word and upload it.", "Serve o modelo que vem com o serviço. Baixe-o, mude-o no Word e envie-o.";
        banks: "Bancos de preguntas", "Question banks", "Bancos de questões";
        banks_lead: "Las respuestas correctas de cada prueba. El nombre del archivo es el título de la prueba.", "The right answers of each test. A file is named like its test.", "As respostas certas de cada prova. O arquivo tem o nome da prova.";
        banks_empty: "Aún no hay bancos. Sube el primero: un CSV con número de pregunta, alternativa correcta y lección.", "There are no banks yet. Upload the first: a CSV with question number, right alternative and lesson.", "Ainda não há bancos. Envie o primeiro: um CSV com número da questão, alternativa correta e lição.";
        rules: "Reglas", "Rules", "Regras";
        rules_lead: "Cómo se corrige cada prueba: banco, plantilla, niveles, planes de estudio.", "How each test is marked: bank, template, levels, study plans.", "Como cada prova é corrigida: banco, modelo, níveis, planos de estudo.";
        rules_empty: "Rigen las reglas de siempre: niveles desde 80 % y 60 %. Sube assessments.toml para cambiarlas.", "The usual rules hold: levels from 80% and 60%. Upload assessments.toml to change them.", "Valem as regras de sempre: níveis a partir de 80% e 60%. Envie assessments.toml para mudá-las.";
        bundled: "Viene con el servicio", "Comes with the service", "Vem com o serviço";
        own: "Del colegio", "The school's own", "Da escola";
        missing: "Faltan", "Missing", "Faltam";
        missing_lead: "Pruebas que esperan su banco:", "Tests that wait for their bank:", "Provas que aguardam seu banco:";
        upload: "Subir una versión nueva", "Upload a new version", "Enviar uma versão nova";
        upload_hint: "Se revisa y se prueba primero. Nada cambia hasta que digas «Poner en uso».", "It is checked and tried first. Nothing changes until you say “Put in use”.", "É verificada e testada primeiro. Nada muda até você dizer “Pôr em uso”.";
        upload_go: "Subir y revisar", "Upload and check", "Enviar e verificar";
        file: "Archivo", "File", "Arquivo";
        wrong_kind: "Ese archivo no sirve aquí: {kinds}.", "That file cannot be used here: {kinds}.", "Esse arquivo não serve aqui: {kinds}.";
        kinds_template: "debe ser un Word (.docx)", "it must be a Word file (.docx)", "deve ser um Word (.docx)";
        kinds_bank: "debe ser un CSV, o la planilla de claves de la plataforma (.xls)", "it must be a CSV, or the platform's answer key (.xls)", "deve ser um CSV, ou a planilha de gabaritos da plataforma (.xls)";
        kinds_rules: "debe llamarse assessments.toml", "it must be named assessments.toml", "deve chamar-se assessments.toml";
        sound: "Sin errores", "No mistakes", "Sem erros";
        mistakes_one: "1 error", "1 mistake", "1 erro";
        mistakes_many: "{n} errores", "{n} mistakes", "{n} erros";
        warnings_one: "1 aviso", "1 warning", "1 aviso";
        warnings_many: "{n} avisos", "{n} warnings", "{n} avisos";
        mistake: "Error", "Mistake", "Erro";
        warning: "Aviso", "Warning", "Aviso";
        findings: "Revisión", "Check", "Verificação";
        holds: "Lo que contiene", "What it holds", "O que contém";
        preview: "Vista previa", "Preview", "Pré-visualização";
        preview_lead: "Con un estudiante inventado. No se guarda nada.", "With a made-up student. Nothing is kept.", "Com um estudante inventado. Nada é guardado.";
        case_usual: "Lo usual", "As usual", "O usual";
        case_best: "Todo correcto", "All right", "Tudo certo";
        case_worst: "Casi todo mal", "Nearly all wrong", "Quase tudo errado";
        case_first: "Primer intento", "First attempt", "Primeira tentativa";
        versions: "Versiones", "Versions", "Versões";
        version: "Versión {n}", "Version {n}", "Versão {n}";
        live: "En uso", "In use", "Em uso";
        by_hand: "Puesta a mano en la carpeta", "Put into the folder by hand", "Posta à mão na pasta";
        back_to: "Volver a esta", "Back to this one", "Voltar a esta";
        drafts: "Borradores", "Drafts", "Rascunhos";
        drafts_lead: "Subidos y todavía no en uso.", "Uploaded and not in use yet.", "Enviados e ainda não em uso.";
        discard: "Descartar", "Discard", "Descartar";
        discarded: "El borrador se descartó.", "The draft was discarded.", "O rascunho foi descartado.";
        draft: "Borrador de {name}", "Draft of {name}", "Rascunho de {name}";
        draft_lead: "Todavía no se usa. Mira qué cambiaría y decide.", "Not in use yet. See what would change, then decide.", "Ainda não está em uso. Veja o que mudaria e decida.";
        trial: "Prueba con informes de verdad", "Trial on real reports", "Teste com relatórios de verdade";
        trial_lead: "Los mismos estudiantes, con la versión de hoy y con el borrador. Nada se guarda ni se envía.", "The same students, with today's version and with the draft. Nothing is kept or sent.", "Os mesmos estudantes, com a versão de hoje e com o rascunho. Nada é guardado nem enviado.";
        trial_none: "Todavía no hay informes enviados con este archivo, así que no hay con qué probar.", "No reports were sent with this file yet, so there is nothing to try it on.", "Ainda não há relatórios enviados com este arquivo, então não há com que testar.";
        trial_levels: "A {n} de {total} les cambia el nivel.", "For {n} of {total} the level changes.", "Para {n} de {total} muda o nível.";
        before: "Antes", "Before", "Antes";
        now: "Ahora", "Now", "Agora";
        what: "Qué cambia", "What changes", "O que muda";
        same: "Igual", "The same", "Igual";
        differs: "Cambia el contenido", "Its content changes", "Muda o conteúdo";
        level: "Cambia el nivel", "The level changes", "Muda o nível";
        pages: "Cambia el número de páginas", "The number of pages changes", "Muda o número de páginas";
        new_warnings: "Avisos nuevos", "New warnings", "Avisos novos";
        fails: "No se puede hacer", "Cannot be made", "Não pode ser feito";
        compare: "Ver lado a lado", "See side by side", "Ver lado a lado";
        use_title: "Poner en uso", "Put in use", "Pôr em uso";
        use_lead: "Desde el próximo informe se usa esta versión. Los ya enviados no cambian. Se puede volver a la anterior.", "From the next report on this version is used. Those already sent do not change. One can go back to the version before.", "A partir do próximo relatório usa-se esta versão. Os já enviados não mudam. Pode-se voltar à anterior.";
        use_note: "Nota (qué cambiaste)", "Note (what you changed)", "Nota (o que você mudou)";
        blocked: "No se puede poner en uso: corrige primero los errores.", "It cannot be put in use: correct the mistakes first.", "Não pode ser posta em uso: corrija primeiro os erros.";
        blocked_trial: "Con este borrador hay informes que no se pueden hacer.", "With this draft some reports cannot be made.", "Com este rascunho há relatórios que não podem ser feitos.";
        force: "Ponerla en uso igual; me hago responsable", "Put it in use all the same; I answer for it", "Pôr em uso mesmo assim; assumo a responsabilidade";
        used: "Listo: esta versión está en uso.", "Done: this version is in use.", "Pronto: esta versão está em uso.";
        changed: "Alguien cambió el archivo mientras mirabas. Revisa de nuevo antes de ponerlo en uso.", "Somebody changed the file while you were looking. Look again before you put it in use.", "Alguém mudou o arquivo enquanto você olhava. Veja de novo antes de pôr em uso.";
        uploaded: "Subido. Así quedaría.", "Uploaded. This is how it would be.", "Enviado. Ficaria assim.";
        waiting: "Continuar los que esperaban ({n})", "Continue those that waited ({n})", "Continuar os que aguardavam ({n})";
    }
}

words! {
    /// Acts on many.
    Bulk {
        title: "Con varios informes", "Several reports", "Com vários relatórios";
        progress: "{done} de {total} listos", "{done} of {total} done", "{done} de {total} prontos";
        failed: "{n} no se pudieron", "{n} could not be", "{n} não puderam";
        skipped: "{n} ya habían cambiado", "{n} had moved already", "{n} já tinham mudado";
        running: "Avanza solo; puedes cerrar esta página.", "It continues automatically; you may close this page.", "Avança sozinho; você pode fechar esta página.";
        finished: "Terminado.", "Finished.", "Terminado.";
        stopped: "Detenido. Lo hecho queda hecho.", "Stopped. What was done stays done.", "Parado. O que foi feito fica feito.";
        by: "Lo pidió {who}, {at}.", "Asked for by {who}, {at}.", "Pedido por {who}, {at}.";
    }
}

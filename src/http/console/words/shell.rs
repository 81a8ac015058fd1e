//! The frame around every page, signing in, and what went wrong.

use super::words;

words! {
    /// The menu.
    Nav {
        brand: "Informes", "Reports", "Relatórios";
        menu: "Menú principal", "Main menu", "Menu principal";
        skip: "Saltar al contenido", "Skip to the content", "Pular para o conteúdo";
        today: "Hoy", "Today", "Hoje";
        reports: "Informes", "Reports", "Relatórios";
        todo: "Por resolver", "To do", "A resolver";
        todo_spoken: "{n} asuntos por resolver", "{n} matters to resolve", "{n} assuntos a resolver";
        results: "Resultados", "Results", "Resultados";
        preparation: "Preparación", "Preparation", "Preparação";
        templates: "Plantillas", "Templates", "Modelos";
        banks: "Bancos de preguntas", "Question banks", "Bancos de questões";
        rules: "Reglas", "Rules", "Regras";
        system: "Sistema", "System", "Sistema";
        health: "Estado", "Health", "Estado";
        calls: "Llamadas rechazadas", "Refused calls", "Chamadas recusadas";
        platform: "De las plataformas", "From the platforms", "Das plataformas";
        institutions: "Instituciones", "Institutions", "Instituições";
        deliveries: "Entregas", "Deliveries", "Entregas";
        people: "Personas", "People", "Pessoas";
        keys: "Claves", "Keys", "Chaves";
        audit: "Registro", "Log of acts", "Registro";
        privacy: "Privacidad", "Privacy", "Privacidade";
        help: "Ayuda", "Help", "Ajuda";
        me: "Mi cuenta", "My account", "Minha conta";
        more: "Más", "More", "Mais";
        sign_out: "Salir", "Sign out", "Sair";
        demo: "Colegio de muestra: nada de lo que ves es real y ningún correo sale de este equipo.", "Made-up school: nothing you see is real, and no mail leaves this machine.", "Escola de amostra: nada do que você vê é real e nenhum e-mail sai deste computador.";
        zone: "Horas de {zone}", "Times of {zone}", "Horários de {zone}";
    }
}

words! {
    /// What many pages say.
    Common {
        no_value: "sin dato", "no value", "sem dado";
        ago_minutes: "hace {n} min", "{n} min ago", "há {n} min";
        ago_hours: "hace {n} h", "{n} h ago", "há {n} h";
        ago_days: "hace {n} días", "{n} days ago", "há {n} dias";
        just_now: "hace un momento", "just now", "agora mesmo";
        in_minutes: "en {n} min", "in {n} min", "em {n} min";
        in_hours: "en {n} h", "in {n} h", "em {n} h";
        back: "Volver", "Go back", "Voltar";
        see: "Ver", "See", "Ver";
        all: "Todos", "All", "Todos";
        yes: "Sí", "Yes", "Sim";
        save: "Guardar", "Save", "Salvar";
        older: "Más antiguos", "Older", "Mais antigos";
        newer: "Más nuevos", "Newer", "Mais novos";
        download: "Descargar", "Download", "Baixar";
        open: "Abrir", "Open", "Abrir";
        copy: "Copiar", "Copy", "Copiar";
        copied: "Copiado", "Copied", "Copiado";
        pause: "Pausar", "Pause", "Pausar";
        resume: "Seguir", "Go on", "Continuar";
        reload: "Actualizar", "Reload", "Atualizar";
        as_table: "Ver como tabla", "See as a table", "Ver como tabela";
        details: "Detalles técnicos", "Technical details", "Detalhes técnicos";
        nothing: "Nada", "Nothing", "Nada";
        close: "Cerrar", "Close", "Fechar";
        reader: "Lectura", "Reader", "Leitura";
        operator: "Operación", "Operator", "Operação";
        admin: "Administración", "Administrator", "Administração";
        sender: "Envía eventos", "Sends events", "Envia eventos";
        manager: "Gestiona una institución", "Manages one institution", "Gerencia uma instituição";
        viewer: "Mira una institución", "Looks at one institution", "Vê uma instituição";
        student: "Estudiante", "Student", "Estudante";
        course: "Curso", "Course", "Curso";
        assessment: "Prueba", "Test", "Prova";
        pages_one: "1 página", "1 page", "1 página";
        pages_many: "{n} páginas", "{n} pages", "{n} páginas";
    }
}

words! {
    /// What went wrong.
    Errors {
        happened: "Qué pasó", "What happened", "O que aconteceu";
        number: "Si pides ayuda, da este número: {id}", "When you ask for help, give this number: {id}", "Se pedir ajuda, informe este número: {id}";
        not_found: "No encontramos esa página", "There is no such page", "Não encontramos essa página";
        not_found_what: "La dirección puede estar mal escrita, o lo que había ya no está. No se cambió nada.", "The address may be misspelt, or what was there is gone. Nothing was changed.", "O endereço pode estar errado, ou o que havia já não existe. Nada foi alterado.";
        no_report: "No hay un informe con ese número", "There is no report of that number", "Não há um relatório com esse número";
        forbidden: "Para esto hace falta otro permiso", "This needs another right", "Isto exige outra permissão";
        forbidden_what: "Para esto hace falta el rol {role}. Pídeselo a quien administra los informes. No se cambió nada.", "This needs the role {role}. Ask whoever administers the reports. Nothing was changed.", "Isto exige o papel {role}. Peça a quem administra os relatórios. Nada foi alterado.";
        foreign: "Esto no vino de esta página", "This did not come from this page", "Isto não veio desta página";
        foreign_what: "El pedido llegó desde otro sitio, o la página llevaba mucho tiempo abierta. No se cambió nada: vuelve, actualiza la página e inténtalo otra vez.", "The request came from another site, or the page had been open for long. Nothing was changed: go back, reload the page and try again.", "O pedido veio de outro site, ou a página estava aberta há muito tempo. Nada foi alterado: volte, atualize a página e tente de novo.";
        moved: "Alguien lo cambió hace un momento", "Somebody changed it a moment ago", "Alguém mudou isto há um momento";
        moved_what: "El informe ya no está como lo viste, así que no se hizo nada. Mira cómo quedó y decide de nuevo.", "The report is no longer as you saw it, so nothing was done. Look how it stands and decide again.", "O relatório já não está como você viu, então nada foi feito. Veja como ficou e decida de novo.";
        too_large: "Lo que enviaste es demasiado grande", "What you sent is too large", "O que você enviou é grande demais";
        too_large_what: "No se guardó nada. Un archivo pesa a lo más 20 MB: revisa si lleva imágenes muy grandes.", "Nothing was kept. A file has 20 MB at most: see whether it holds very large pictures.", "Nada foi salvo. Um arquivo tem no máximo 20 MB: veja se ele traz imagens muito grandes.";
        slow: "Lo que enviaste no llegó a tiempo", "What you sent did not arrive in time", "O que você enviou não chegou a tempo";
        slow_what: "La conexión es muy lenta o se cortó. No se cambió nada: vuelve e inténtalo otra vez.", "The connection is very slow or was cut. Nothing was changed: go back and try again.", "A conexão está muito lenta ou caiu. Nada foi alterado: volte e tente de novo.";
        blocked: "Los datos de esta persona están bloqueados", "This person's data are blocked", "Os dados desta pessoa estão bloqueados";
        blocked_what: "Mientras dure el bloqueo no se muestran, no se usan y no se envía nada. Quien administra lo ve en «Privacidad» y puede levantarlo.", "While the block lasts they are not shown, not used, and nothing is sent. Whoever administers sees it under “Privacy” and can lift it.", "Enquanto durar o bloqueio eles não são mostrados nem usados, e nada é enviado. Quem administra vê isso em “Privacidade” e pode levantá-lo.";
        malformed: "No se entiende lo que llegó", "What came cannot be read", "Não se entende o que chegou";
        malformed_what: "No se cambió nada. Vuelve e inténtalo otra vez.", "Nothing was changed. Go back and try again.", "Nada foi alterado. Volte e tente de novo.";
        too_many: "Demasiadas páginas en poco tiempo", "Too many pages in a short time", "Páginas demais em pouco tempo";
        too_many_what: "Espera {n} segundos y actualiza la página.", "Wait {n} seconds and reload the page.", "Espere {n} segundos e atualize a página.";
        store: "No puedo leer el archivo ahora", "The files cannot be read now", "Não consigo ler os arquivos agora";
        store_what: "El almacenamiento no responde. Lo que ya se recibió está a salvo y los informes siguen en cuanto vuelva. No se hizo nada.", "The storage does not answer. What was received is safe, and reports go on as soon as it is back. Nothing was done.", "O armazenamento não responde. O que já foi recebido está a salvo e os relatórios continuam assim que voltar. Nada foi feito.";
        damaged: "El registro de este informe está dañado", "The record of this report is damaged", "O registro deste relatório está danificado";
        damaged_what: "No se puede leer lo que pasó con él. Avisa a la persona técnica y dale este número. Los demás informes no están afectados.", "What happened to it cannot be read. Tell the technical person and give them this number. Other reports are not affected.", "Não é possível ler o que aconteceu com ele. Avise a pessoa técnica e dê este número. Os demais relatórios não são afetados.";
        insecure: "Esta página no se muestra sin conexión segura", "This page is not shown without a secure connection", "Esta página não é mostrada sem conexão segura";
        insecure_what: "Aquí hay datos de estudiantes y la conexión no está cifrada. Entra por https. Quien administra puede indicar la dirección en CONSOLE_URL, o aceptar el riesgo con CONSOLE_INSECURE_HTTP=true.", "Students' data stands here and the connection is not encrypted. Come by https. The administrator can name the address in CONSOLE_URL, or accept the risk with CONSOLE_INSECURE_HTTP=true.", "Aqui há dados de estudantes e a conexão não é cifrada. Entre por https. Quem administra pode indicar o endereço em CONSOLE_URL, ou aceitar o risco com CONSOLE_INSECURE_HTTP=true.";
        no_pdf: "El PDF no está en el almacenamiento", "The PDF is not in the storage", "O PDF não está no armazenamento";
        no_pdf_what: "Puede haberse borrado a mano. «Rehacer el PDF» lo hace de nuevo con las mismas respuestas.", "Somebody may have removed it by hand. “Make the PDF again” makes it anew from the same answers.", "Pode ter sido apagado à mão. “Refazer o PDF” o faz de novo com as mesmas respostas.";
        needs_reason: "Escribe el motivo: queda en el registro.", "Write the reason: it stands in the log.", "Escreva o motivo: fica no registro.";
        needs_address: "Esa dirección de correo no sirve. Revísala.", "That address cannot be used. Look at it again.", "Esse endereço de e-mail não serve. Verifique.";
        addresses_differ: "Las dos direcciones no son iguales.", "The two addresses differ.", "Os dois endereços não são iguais.";
    }
}

words! {
    /// Signing in.
    SignIn {
        title: "Entrar", "Sign in", "Entrar";
        lead: "Aquí la escuela ve qué pasó con cada informe.", "Here the school sees what became of each report.", "Aqui a escola vê o que aconteceu com cada relatório.";
        token: "Clave de acceso", "Access key", "Chave de acesso";
        token_hint: "La que te dio la persona técnica. Pégala entera.", "The one the technical person gave you. Paste all of it.", "A que a pessoa técnica lhe deu. Cole-a inteira.";
        enter: "Entrar", "Sign in", "Entrar";
        wrong: "Esa clave no abre. Cópiala otra vez, completa y sin espacios.", "That key opens nothing. Copy it again, whole and without spaces.", "Essa chave não abre. Copie-a de novo, inteira e sem espaços.";
        slow: "Demasiados intentos. Espera {n} segundos.", "Too many tries. Wait {n} seconds.", "Tentativas demais. Espere {n} segundos.";
        out: "Saliste. Cierra también la ventana si el equipo es compartido.", "You signed out. Close the window, too, on a shared computer.", "Você saiu. Feche também a janela se o computador for compartilhado.";
        again: "Entra para seguir.", "Sign in to go on.", "Entre para continuar.";
        oidc_lead: "Con la cuenta que te dio la escuela.", "With the account that the school gave you.", "Com a conta que a escola lhe deu.";
        oidc_go: "Entrar con {provider}", "Sign in with {provider}", "Entrar com {provider}";
        oidc_lost: "Ese intento ya no vale: pasó mucho rato o vino de otra ventana. Empieza otra vez.", "That try is no longer good: it took too long or came from another window. Begin again.", "Essa tentativa já não vale: demorou demais ou veio de outra janela. Comece de novo.";
        oidc_denied: "No se completó la entrada con tu cuenta. Puedes intentarlo otra vez.", "Signing in with your account was not completed. You can try again.", "A entrada com sua conta não foi concluída. Você pode tentar de novo.";
        oidc_stranger: "Tu cuenta es válida, pero no está en la lista de quienes entran aquí. Pídelo a quien administra los informes.", "Your account is good, but it is not on the list of who comes in here. Ask whoever administers the reports.", "Sua conta é válida, mas não está na lista de quem entra aqui. Peça a quem administra os relatórios.";
        oidc_unwell: "No pudimos comprobar tu cuenta ahora. Inténtalo en un momento; si sigue, avisa a la persona técnica.", "Your account could not be checked now. Try in a moment; if it goes on, tell the technical person.", "Não foi possível verificar sua conta agora. Tente em instantes; se continuar, avise a pessoa técnica.";
        fresh_title: "Confirma que eres tú", "Confirm that it is you", "Confirme que é você";
        fresh: "Entraste hace rato. Para lo que sigue, entra otra vez.", "You signed in a while ago. For what follows, sign in again.", "Você entrou há algum tempo. Para o que segue, entre de novo.";
        fresh_proxy: "Entraste hace rato, y lo que sigue no se puede deshacer.", "You signed in a while ago, and what follows cannot be undone.", "Você entrou há algum tempo, e o que segue não pode ser desfeito.";
        fresh_go: "Soy {name}, seguir", "I am {name}, go on", "Sou {name}, continuar";
        fresh_needed: "Para cambiar algo aquí, confirma primero que eres tú.", "To change anything here, confirm first that it is you.", "Para mudar algo aqui, confirme primeiro que é você.";
        out_title: "Saliste", "You signed out", "Você saiu";
        out_elsewhere: "Cerrar también la sesión de tu cuenta", "Sign out of your account, too", "Sair também da sua conta";
        not_me: "¿No tienes clave? Pídela a quien administra los informes.", "No key? Ask whoever administers the reports.", "Não tem chave? Peça a quem administra os relatórios.";
    }
}

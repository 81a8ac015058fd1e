//! What lists say of themselves, and acts on many.

use super::words;

words! {
    /// Lists.
    Lists {
        building: "La lista se está preparando ({n} %): todavía no está completa. Lo más nuevo aparece primero.", "The list is being prepared ({n}%) and is not complete yet. The newest shows first.", "A lista está sendo preparada ({n} %): ainda não está completa. O mais novo aparece primeiro.";
        stale: "No puedo leer el almacenamiento ahora. Esto es lo que se sabía {at}.", "The storage cannot be read now. This is what was known {at}.", "Não consigo ler o armazenamento agora. Isto é o que se sabia {at}.";
        stale_never: "No puedo leer el almacenamiento ahora; puede faltar lo más nuevo.", "The storage cannot be read now; the newest may be missing.", "Não consigo ler o armazenamento agora; pode faltar o mais novo.";
        unusable: "La lista no se puede mostrar ahora", "The list cannot be shown now", "A lista não pode ser mostrada agora";
        unusable_what: "Se está rehaciendo. Los informes siguen saliendo; vuelve a intentarlo en un momento.", "It is being made anew. Reports still go out; try again in a moment.", "Está sendo refeita. Os relatórios continuam saindo; tente de novo em um instante.";
        too_slow: "La búsqueda tarda demasiado", "The search takes too long", "A busca demora demais";
        too_slow_what: "Acota con un curso, un estado o fechas, y busca otra vez.", "Narrow it by a course, a state or dates, and search again.", "Restrinja por um curso, um estado ou datas, e busque de novo.";
        without: "Todavía sin informe", "No report yet", "Ainda sem relatório";
        more_than: "más de {n}", "more than {n}", "mais de {n}";
        some_of: "{n} de {total}", "{n} out of {total}", "{n} de um total de {total}";
        count_all: "Contarlos todos", "Count them all", "Contar todos";
        csv: "Descargar CSV", "Download CSV", "Baixar CSV";
        order: "Orden", "Order", "Ordem";
        order_newest: "Más nuevos primero", "Newest first", "Mais novos primeiro";
        order_oldest: "Más antiguos primero", "Oldest first", "Mais antigos primeiro";
        order_name: "Por nombre (un curso y una prueba)", "By name (one course and test)", "Por nome (um curso e uma prova)";
        with_notes: "Solo con avisos para el colegio", "Only with notes for the school", "Só com avisos para a escola";
        many: "Hacer lo mismo con varios", "Do the same to several", "Fazer o mesmo com vários";
        many_hint: "Antes de hacer nada se muestra cuántos y cuáles son.", "Before anything happens you see how many and which.", "Antes de fazer algo, mostra-se quantos e quais são.";
        which: "Con cuáles", "Which", "Com quais";
        picked: "Los marcados", "Those ticked", "Os marcados";
        newest: "Los {n} más nuevos", "The newest {n}", "Os {n} mais novos";
        everything: "Todos los que muestra este filtro ({n})", "All that this filter finds ({n})", "Todos os que este filtro mostra ({n})";
        pick_page: "Marcar los de esta página", "Tick those on this page", "Marcar os desta página";
        nothing_fits: "No se eligió ningún informe con el que se pueda hacer eso.", "No report was chosen that this can be done to.", "Nenhum relatório foi escolhido com o qual se possa fazer isso.";
        ask: "{act}: {n} informes", "{act}: {n} reports", "{act}: {n} relatórios";
        ask_one: "{act}: 1 informe", "{act}: 1 report", "{act}: 1 relatório";
        example: "Por ejemplo: {names}.", "For example: {names}.", "Por exemplo: {names}.";
        left: "Otros {n} de los elegidos se dejan como están: con ellos no corresponde.", "Another {n} of those chosen are left as they are: it does not fit them.", "Outros {n} dos escolhidos ficam como estão: com eles não se aplica.";
        cut: "Son demasiados para una vez: se toman los {n} más nuevos.", "They are too many for one time: the newest {n} are taken.", "São demais para uma vez: tomam-se os {n} mais novos.";
        ask_try: "Se intentan ahora en lugar de esperar su hora.", "They are tried now instead of waiting for their time.", "Tentam-se agora em vez de esperar sua hora.";
        ask_continue: "Continúan desde donde quedaron y salen sus correos.", "They go on from where they stood, and their mails go out.", "Continuam de onde pararam, e seus e-mails saem.";
        ask_send: "Cada estudiante recibirá un segundo correo con el mismo PDF.", "Each student gets a second mail with the same PDF.", "Cada estudante receberá um segundo e-mail com o mesmo PDF.";
        ask_render: "Se hacen otra vez con la plantilla de hoy, con las mismas respuestas y notas.", "They are made anew with today's template, from the same answers and marks.", "São feitos de novo com o modelo de hoje, com as mesmas respostas e notas.";
        ask_mark: "Se corrigen otra vez con el banco y las reglas de hoy, con las mismas respuestas.", "They are marked anew with today's bank and rules, from the same answers.", "São corrigidos de novo com o banco e as regras de hoje, com as mesmas respostas.";
        ask_retry: "Se intentan de nuevo desde el principio y salen sus correos.", "They are tried again from the start, and their mails go out.", "Tentam-se de novo desde o começo, e seus e-mails saem.";
        ask_discard: "No se enviará nada a estos estudiantes. Se puede deshacer con «Intentar de nuevo».", "Nothing will be sent to these students. “Try again” undoes it.", "Nada será enviado a estes estudantes. Pode-se desfazer com “Tentar de novo”.";
        pace: "Salen unos cinco correos por segundo. Puedes detenerlo mientras avanza.", "About five mails go out each second. You can stop it while it goes on.", "Saem uns cinco e-mails por segundo. Você pode parar enquanto avança.";
        asked_before: "Ya está en marcha.", "It is under way already.", "Já está em andamento.";
        fixed: "Resuelto hace poco", "Fixed lately", "Resolvido há pouco";
        mended_one: "Un informe siguió {at}; esperaba desde {since}.", "One report went on {at}; it had waited since {since}.", "Um relatório seguiu {at}; aguardava desde {since}.";
        mended_many: "{n} informes siguieron, el último {at}; esperaban desde {since}.", "{n} reports went on, the last {at}; they had waited since {since}.", "{n} relatórios seguiram, o último {at}; aguardavam desde {since}.";
        remake: "¿Ya salieron informes con un error?", "Did reports go out with a mistake?", "Já saíram relatórios com um erro?";
        remake_lead: "Con la plantilla corregida y en uso, rehaz los últimos. Primero se muestra cuáles son.", "With the corrected template in use, make the last ones again. First you see which they are.", "Com o modelo corrigido e em uso, refaça os últimos. Primeiro mostra-se quais são.";
        remake_newest: "Cuántos de los últimos", "How many of the last", "Quantos dos últimos";
        result_stays: "Con el banco y las reglas de hoy el resultado sería el mismo: {now}.", "With today's bank and rules the result would be the same: {now}.", "Com o banco e as regras de hoje o resultado seria o mesmo: {now}.";
        result_changes: "Antes {before}; con el banco y las reglas de hoy sería {now}.", "Before {before}; with today's bank and rules it would be {now}.", "Antes {before}; com o banco e as regras de hoje seria {now}.";
        result_unknown: "No se puede decir de antemano qué resultaría: {why}.", "What it would come to cannot be told beforehand: {why}.", "Não se pode dizer antes o que resultaria: {why}.";
        page_picture: "Página {n} de {total} del informe de {student}", "Page {n} of {total} of {student}'s report", "Página {n} de {total} do relatório de {student}";
        first_page: "Primera página del informe de {student}", "First page of {student}'s report", "Primeira página do relatório de {student}";
        pages: "Ver las páginas", "See the pages", "Ver as páginas";
        pages_today: "Hechas ahora de lo guardado, con la plantilla de hoy. Lo que se envió es el PDF.", "Made now from what is kept, with today's template. What was sent is the PDF.", "Feitas agora a partir do que está guardado, com o modelo de hoje. O que foi enviado é o PDF.";
        pages_none: "No se pueden mostrar las páginas: {why}.", "The pages cannot be shown: {why}.", "Não se podem mostrar as páginas: {why}.";
        page: "Página {n}", "Page {n}", "Página {n}";
        page_same: "igual", "the same", "igual";
        page_differs: "cambia", "changes", "muda";
        page_gone: "ya no está", "is gone", "não está mais";
        page_new: "es nueva", "is new", "é nova";
        no_page: "Sin página aquí", "No page here", "Sem página aqui";
        erase: "Datos de esta persona", "This person's data", "Dados desta pessoa";
    }
}

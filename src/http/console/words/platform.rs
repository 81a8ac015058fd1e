//! What platforms told.

use super::words;

words! {
    /// What platforms told.
    PlatformWords {
        title: "De las plataformas", "From the platforms", "Das plataformas";
        lead: "Lo que las plataformas contaron además de las pruebas terminadas: búscalo, o mira lo que se guarda.", "What platforms told beside finished tests: search it, or see what is kept.", "O que as plataformas contaram além das provas concluídas: busque, ou veja o que se guarda.";
        find: "Buscar en textos", "Search in texts", "Buscar em textos";
        find_label: "Palabras", "Words", "Palavras";
        find_hint: "En foros y en lo que se dice en los videos. Da lo mismo con o sin tildes; entre comillas se busca tal cual.", "In discussions and in what is said in videos. Accents do not matter; what stands between quotes is found as it stands.", "Em fóruns e no que se diz nos vídeos. Com ou sem acentos; entre aspas busca-se tal como está.";
        find_in: "Dónde", "Where", "Onde";
        find_go: "Buscar", "Search", "Buscar";
        both: "En todo", "Everywhere", "Em tudo";
        found: "Textos encontrados", "Texts found", "Textos encontrados";
        building: "La búsqueda se está preparando: puede haber más.", "The search is being prepared: there may be more.", "A busca está sendo preparada: pode haver mais.";
        none: "Ningún texto tiene todas esas palabras.", "No text has all of these words.", "Nenhum texto tem todas essas palavras.";
        none_more: "Prueba con menos palabras, o con el comienzo de una.", "Try fewer words, or the beginning of one.", "Tente com menos palavras, ou com o começo de uma.";
        first_ones: "Se muestran los {n} mejores. Con más palabras se encuentra mejor.", "The best {n} are shown. More words find it better.", "Mostram-se os {n} melhores. Com mais palavras encontra-se melhor.";
        untitled: "Sin título", "Untitled", "Sem título";
        kept: "Lo que se guarda", "What is kept", "O que se guarda";
        kept_lead: "De cada cosa, lo último que se supo.", "Of each thing, what was told last.", "De cada coisa, o último que se soube.";
        order: "De cada cosa, lo último que se supo; sin un orden en particular.", "Of each thing, what was told last; in no particular order.", "De cada coisa, o último que se soube; sem uma ordem específica.";
        empty: "No hay nada de esto.", "There is nothing of this kind.", "Não há nada disto.";
        empty_more: "Aparece cuando una plataforma conectada lo cuente.", "It shows when a connected platform tells it.", "Aparece quando uma plataforma conectada o contar.";
        when: "Cuándo", "When", "Quando";
        source: "Quién lo contó", "Who told it", "Quem contou";
        facts: "Qué", "What", "O quê";
        gone: "Ya no está", "Gone", "Não está mais";
        more: "Más", "More", "Mais";
        grades: "Calificaciones", "Grades", "Notas";
        members: "Integrantes de cursos", "Members of courses", "Participantes dos cursos";
        content: "Contenidos", "Content", "Conteúdos";
        assignments: "Tareas", "Assignments", "Tarefas";
        submissions: "Entregas de estudiantes", "Work handed in", "Trabalhos entregues";
        topics: "Foros", "Discussions", "Fóruns";
        course_completions: "Cursos terminados", "Courses completed", "Cursos concluídos";
        behaviour: "Actividad por sesión", "Activity by session", "Atividade por sessão";
        videos: "Videos", "Videos", "Vídeos";
        deep_links: "Enlaces a la plataforma", "Links into the platform", "Links para a plataforma";
        transcriptions: "Transcripciones", "Transcriptions", "Transcrições";
        statements: "Otros avisos", "Other notices", "Outros avisos";
    }
}

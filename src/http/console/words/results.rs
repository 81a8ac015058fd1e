//! Results for teachers.

use super::words;

words! {
    /// Results for teachers.
    Results {
        title: "Resultados", "Results", "Resultados";
        lead: "Cómo le fue a cada curso y dónde cuesta más. Cuenta el resultado más nuevo de cada estudiante, sin nombres.", "How each course did and where it is hardest. The newest result of each student counts, without names.", "Como foi cada curso e onde é mais difícil. Conta o resultado mais novo de cada estudante, sem nomes.";
        empty: "Todavía no hay resultados.", "There are no results yet.", "Ainda não há resultados.";
        empty_more: "Las cifras aparecen con cinco estudiantes por prueba.", "Figures show from five students per test on.", "Os números aparecem a partir de cinco estudantes por prova.";
        few: "Muy pocos estudiantes para mostrar cifras sin identificarlos.", "Too few students to show figures without identifying them.", "Poucos estudantes para mostrar números sem identificá-los.";
        students: "Estudiantes", "Students", "Estudantes";
        tests: "Pruebas", "Tests", "Provas";
        reports: "Informes", "Reports", "Relatórios";
        newest: "Última", "Newest", "Última";
        mean: "Promedio", "Mean", "Média";
        distribution: "Cuántos llegaron a qué porcentaje", "How many reached what percentage", "Quantos chegaram a que porcentagem";
        levels: "Niveles", "Levels", "Níveis";
        passed: "Aprobaron", "Passed", "Passaram";
        not_passed: "No aprobaron", "Did not pass", "Não passaram";
        groups: "De lo que más cuesta a lo que mejor va", "From what is hardest to what goes best", "Do mais difícil ao que vai melhor";
        group: "Contenido", "Content", "Conteúdo";
        share: "Respuestas correctas", "Right answers", "Respostas certas";
        change: "Quienes la rindieron más de una vez ({n}) cambiaron {points} puntos entre la primera y la última.", "Those who took it more than once ({n}) changed by {points} points between the first and the last.", "Os que a fizeram mais de uma vez ({n}) mudaram {points} pontos entre a primeira e a última.";
        known: "{n} de {known} estudiantes conocidos del curso", "{n} of {known} known students of the course", "{n} de {known} estudantes conhecidos do curso";
        hidden: "menos de 5", "fewer than 5", "menos de 5";
        print: "Imprimir para la reunión", "Print for the meeting", "Imprimir para a reunião";
        questions: "Cómo se responde cada pregunta", "How each question is answered", "Como se responde cada questão";
        questions_lead: "De cada estudiante, su resultado más nuevo; hasta 200 estudiantes. Ninguna cifra habla de menos de cinco.", "Of each student the newest result; 200 students at most. No figure tells of fewer than five.", "De cada estudante, o resultado mais novo; até 200 estudantes. Nenhum número fala de menos de cinco.";
        question: "Pregunta", "Question", "Questão";
        right_share: "Correctas", "Right", "Corretas";
        apart: "Distingue (−1 a 1)", "Tells apart (−1 to 1)", "Distingue (−1 a 1)";
        wrong_most: "El error más común", "The commonest mistake", "O erro mais comum";
        key_doubt: "¿Clave equivocada?", "Is the key wrong?", "Gabarito errado?";
    }
}

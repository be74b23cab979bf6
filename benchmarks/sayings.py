"""What espeak-ng says in the measure of ghosts, by voice: short answers, repetitions, numbers, scripts."""

from __future__ import annotations

SPEEDS = (175, 300, 400)
"""Words a minute: espeak-ng's own, a fast speaker, and faster than anyone dictates."""

SAYINGS = {
    "en-us": (
        "Yes.",
        "No.",
        "You.",
        "Stop.",
        "OK.",
        "Thank you.",
        "Thanks for watching!",
        "Bye.",
        "Git.",
        "Kubernetes.",
        "Good morning.",
        "I'm sorry.",
        "Okay, thank you very much.",
        "very very very very good",
        "no no no no",
        "no no no no no no no no no no",
        "ha ha ha",
        "yes yes yes yes yes yes",
        "It was really, really, really, really bad.",
        "I'm sorry, I'm sorry, I'm sorry, I'm so sorry.",
        "Again and again and again and again and again and again we tried.",
        "We shall fight on the beaches, we shall fight on the landing grounds, we shall never surrender.",
        "1,234,567",
        "Call 555 0199 before 10:45 on 21/11/2026.",
        "$1,000,000,000",
        "one two three four five six seven eight nine ten",
        "The meeting is moved to Thursday at half past three in the large conference room.",
        "Please send me the quarterly report as soon as you can, and copy the whole team.",
    ),
    "de": (
        "Ja.",
        "Nein, danke.",
        "Donaudampfschifffahrtsgesellschaft.",
        "Die Rechtsschutzversicherungsgesellschaften haben das abgelehnt.",
        "Können wir den Termin auf nächsten Donnerstag verschieben?",
        "ja ja ja ja",
    ),
    "fr-fr": (
        "Oui.",
        "Merci beaucoup.",
        "Qu'est-ce que c'est que ça ?",
        "Pourriez-vous m'envoyer le rapport avant vendredi, s'il vous plaît ?",
        "Ils étaient heureusement extraordinairement longs.",
    ),
    "es": ("Sí.", "Muchas gracias.", "¿Puedes mandarme el informe antes del viernes, por favor?"),
    "ru": (
        "Да.",
        "Спасибо.",
        "Здравствуйте, как ваши дела?",
        "Отправьте мне, пожалуйста, отчёт до пятницы.",
    ),
    "cmn": ("好。", "谢谢。", "请在星期五之前把报告发给我。", "我们明天上午十点在大会议室开会。"),
    "ja": ("はい。", "ありがとうございます。", "きんようびまでにほうこくしょをおくってください。"),
    "ko": ("네.", "감사합니다.", "금요일까지 보고서를 보내 주세요."),
    "ar": ("نعم.", "شكرا جزيلا.", "أرسل لي التقرير قبل يوم الجمعة من فضلك."),
    "hi": ("हाँ।", "धन्यवाद।", "कृपया शुक्रवार से पहले मुझे रिपोर्ट भेजें।"),
    "fi": ("Kiitos.", "Lähetä minulle raportti ennen perjantaita, kiitos."),
}
"""The texts as a perfect engine writes them."""

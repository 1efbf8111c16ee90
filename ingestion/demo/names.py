"""Invented people: given and family names to be combined by dice. No real person is meant."""

from __future__ import annotations

_GIVEN = (
    "Abena Adele Aiko Alastair Alma Amara Amir Anders Anika Anton Ariel Arjun Astrid Aurelio Ayla Beatriz Benedict"
    " Bianca Bo Bruno Callum Camila Cedric Chidi Clara Dagny Dalia Damir Darius Delphine Desmond Dina Edda Eero Eitan"
    " Elena Elias Elif Emeka Enzo Esme Farah Felix Fiona Florian Freya Gael Gemma Gideon Greta Hana Hassan Hector"
    " Helga Hiro Ida Ilse Imani Ingrid Ismael Ivana Jabari Jamila Jasper Joaquin Jonas Juno Kaito Kamala Kasper"
    " Keiko Kofi Lara Leif Leila Linh Lorenzo Lucia Magnus Mai Malik Marisol Mateo Mei Milan Mina Moira Nadia Naveen"
    " Nia Nils Noor Octavia Odin Oksana Omar Oren Paloma Pascal Petra Quentin Ravi Renata Rhea Rohan Rosalind Sanna"
    " Selim Seo-yeon Sergei Simone Soren Tadeo Talia Tamsin Thandiwe Theo Tomasz Uma Valentin Vera Viggo Wanda Xavier"
    " Yara Yusuf Zainab Zoltan"
)

_FAMILY = (
    "Abernathy Achterberg Adeyemi Albrecht Almeida Andersson Aquino Arslan Ashdown Baptiste Barros Bellweather Benitez"
    " Bergstrom Birchall Blackwood Bondarenko Boateng Brightwater Brandvold Calloway Cardoso Castellanos Cavanaugh"
    " Chakraborty Chen-Ruiz Christodoulou Clearwater Coldbrook Cordeiro Crossfield Dahlgren Danjuma Delacroix Demirci"
    " Desrosiers Dimitrov Dragomir Driscoll Dunmore Eastwick Egede Elderfield Engstrom Espinoza Fairweather Falkner"
    " Farrokhzad Fenwick Ferreira Fitzwilliam Fontaine Fredriksen Fujimori Galbraith Gebremariam Gjerde Goldfarb"
    " Gonsalves Greenhalgh Grimaldi Guerrero Gunnarsson Haddad Halloran Hartigan Hawthorne Hernandez Highmore"
    " Holmgren Hosseini Ibarra Idowu Ivanov Jablonski Jankowska Jimenez Johansen Kalinowski Kapoor Karlsen Kavanagh"
    " Kelmendi Khatun Kimura Kirkbride Kowalczyk Krishnan Kristoffersen Lagerlof Lambrecht Larkspur Levandowski"
    " Lindqvist Longfellow Lombardi Luxembourg Macalister Machado Madsen Makinde Mansouri Marchenko Marlowe Matsuda"
    " Mbeki-Lowe McAllen Mendonca Merriweather Mikkelsen Moonesar Morandi Nakagawa Nascimento Ndiaye Nightingale"
    " Novotny Nygaard Oakenfold Obuya Odhiambo Okonjo Oliveira Olufsen Ostrowski Ottesen Palmgren Papadakis Pemberton"
    " Pereira Petrosyan Quandt Quintana Rasmussen Ravenscroft Redfern Reinholt Ribeiro Rosenthal Rutherglen Saarinen"
    " Sandoval Schoenfeld Serrano Shirazi Silvestri Sorokin Stavros Stonebridge Svendsen Takahashi Tavares Thackeray"
    " Thorvald Tkachenko Underhill Uzun Valdez Vanterpool Vasiliev Villanueva Voskuijl Wadsworth Weatherby Whitcombe"
    " Winterbourne Yamanaka Yildirim Zamora Zielinski"
)

GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
CANCEL_REASONS = ("ill", "work came up", "childcare", "no transport", "travelling", "did not say")
CANCEL_CODES = {
    "ill": "illness", "work came up": "schedule_conflict", "childcare": "schedule_conflict",
    "no transport": "transport", "travelling": "schedule_conflict", "did not say": "other",
    "provider away": "provider_away", "practice closed": "practice_closed",
}  # fmt: skip
DISCIPLINES = ("Psychology", "Counselling", "Family therapy", "Occupational therapy")


def npi(number: int) -> str:
    """An NPI that nobody has: nine digits from 2 on, and their check digit (Luhn over 80840 and them)."""
    digits = f"2{number:08d}"
    total = 24  # what 80840 adds
    for place, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
    return f"{digits}{-total % 10}"

"""Writes small 835 files in a few words: `remit(claim("inv", 100_00, 80_00, cas=["CO*45*20"]))`."""


def money(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def line(code, charge, paid, *, day="20260302", cas=(), control=None):
    """A service line (SVC) with what follows it."""
    return [
        f"SVC*HC:{code}*{money(charge)}*{money(paid)}**1",
        f"DTM*472*{day}",
        *(f"CAS*{one}" for one in cas),
        *([f"REF*6R*{control}"] if control else []),
    ]


def claim(control, charge, paid, *lines, status="1", cas=(), patient=0, payer_control="PAYER-1"):
    """A claim payment (CLP) with its lines."""
    head = f"CLP*{control}*{status}*{money(charge)}*{money(paid)}*{money(patient)}*12*{payer_control}"
    return [head, *(f"CAS*{one}" for one in cas), "NM1*QC*1*DOE*JO****MI*M1", *(part for one in lines for part in one)]


def remit(*claims, deposit=None, trace="TRACE-1", payer="Harbor Health", plb=(), paid=0, identifier="1999999999"):
    """A whole interchange with one 835. `paid` is what the claims sum to, unless `deposit` says what arrived."""
    amount = money(paid if deposit is None else deposit)
    body = [
        "ST*835*0001",
        f"BPR*I*{amount}*C*ACH*CCP*01*888999777*DA*24681012*{identifier}**01*111333555*DA*144444*20260302",
        f"TRN*1*{trace}*{identifier}",
        "DTM*405*20260302",
        f"N1*PR*{payer}",
        "N1*PE*JUNIPER PRACTICE*XX*1234567893",
        "LX*1",
        *(segment for one in claims for segment in one),
        *(f"PLB*1234567893*20261231*{one}" for one in plb),
    ]
    return envelope(body)


def envelope(body):
    """ISA, GS … GE, IEA around one set; `body` has no SE."""
    isa = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       *260302*0900*^*00501*000000007*0*P*:"
    return "~\n".join(
        [
            isa,
            "GS*HP*PAYER*PRACTICE*20260302*0900*7*X*005010X221A1",
            *body,
            f"SE*{len(body) + 1}*0001",
            "GE*1*7",
            "IEA*1*000000007",
            "",
        ]
    )

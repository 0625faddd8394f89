"""Set-up and go-live: the doctor, what only a person can confirm, files that prove the domain."""

from console.golive import doctor, opening

BLUEPRINTS = (doctor.blueprint, opening.blueprint)

"""Microsoft Graph v1.0 behind the provider contract, and Entra's sign-in without pages.

`sign_in` and `delegation` load msal. Knows no Flask, no database and no configuration file.
"""

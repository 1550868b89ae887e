"""Every room's routes, one line per room: they are the API function's alone."""

from typing import Any

from chalicelib.agenda.routes import routes as agenda_routes
from chalicelib.analysis.routes import routes as analysis_routes
from chalicelib.approvals.routes import routes as approvals_routes
from chalicelib.attachments.routes import routes as attachments_routes
from chalicelib.audit.routes import routes as audit_routes
from chalicelib.claims.routes import routes as claims_routes
from chalicelib.contacts.routes import routes as contacts_routes
from chalicelib.customers.routes import routes as customers_routes
from chalicelib.documents.routes import routes as documents_routes
from chalicelib.downloads.routes import routes as downloads_routes
from chalicelib.enquiries.routes import routes as enquiries_routes
from chalicelib.expiry.routes import routes as expiry_routes
from chalicelib.imports.routes import routes as imports_routes
from chalicelib.leads.routes import routes as leads_routes
from chalicelib.objections.routes import routes as objections_routes
from chalicelib.organisations.routes import routes as organisations_routes
from chalicelib.parameters.routes import routes as parameters_routes
from chalicelib.partners.routes import routes as partners_routes
from chalicelib.policies.routes import routes as policies_routes
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.products.routes import routes as products_routes
from chalicelib.queries.routes import routes as queries_routes
from chalicelib.reference.routes import routes as reference_routes
from chalicelib.reports.routes import routes as reports_routes
from chalicelib.staff.routes import routes as staff_routes
from chalicelib.upkeep.routes import routes as upkeep_routes


def open_all(app: Any) -> None:
    """Registers them with a Chalice application."""
    app.register_blueprint(queries_routes)
    app.register_blueprint(partners_routes)
    app.register_blueprint(privacy_routes)
    app.register_blueprint(claims_routes)
    app.register_blueprint(objections_routes)
    app.register_blueprint(attachments_routes)
    app.register_blueprint(leads_routes)
    app.register_blueprint(documents_routes)
    app.register_blueprint(downloads_routes)
    app.register_blueprint(expiry_routes)
    app.register_blueprint(enquiries_routes)
    app.register_blueprint(reference_routes)
    app.register_blueprint(products_routes)
    app.register_blueprint(organisations_routes)
    app.register_blueprint(audit_routes)
    app.register_blueprint(agenda_routes)
    app.register_blueprint(contacts_routes)
    app.register_blueprint(customers_routes)
    app.register_blueprint(approvals_routes)
    app.register_blueprint(parameters_routes)
    app.register_blueprint(imports_routes)
    app.register_blueprint(policies_routes)
    app.register_blueprint(reports_routes)
    app.register_blueprint(staff_routes)
    app.register_blueprint(upkeep_routes)
    app.register_blueprint(analysis_routes)

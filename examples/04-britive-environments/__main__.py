"""A tree of Britive environments in one application, and the accounts that people may use in them."""

import pulumi

import pulumi_roster as roster

APPLICATION = "app-demo"

# The parent is the application's root group. Roster creates it if the application is new.
shop = roster.britive.EnvironmentGroup(
    "shop", application_id=APPLICATION, name="Shop", description="All of the web shop"
)
payments = roster.britive.EnvironmentGroup("payments", application_id=APPLICATION, name="Payments", parent_id=shop.id)

stages = {
    stage: roster.britive.Environment(
        f"payments-{stage}",
        application_id=APPLICATION,
        name=f"Payments {stage}",
        description=f"Payments, {stage}",
        parent_group_id=payments.id,
    )
    for stage in ("development", "test", "production")
}

# Alice may use her account in every environment, and the deployment account is for production only.
for stage, environment in stages.items():
    roster.britive.AccountMapping(
        f"alice-{stage}",
        application_id=APPLICATION,
        environment_id=environment.id,
        account_id="2800",
        user_id="user-alice",
    )
roster.britive.AccountMapping(
    "deploy-production",
    application_id=APPLICATION,
    environment_id=stages["production"].id,
    account_id="2803",
    user_id="user-bob",
    force_checkin=True,  # a deletion of this mapping also checks in the profiles that Bob has checked out
)

pulumi.export("environments", {stage: environment.id for stage, environment in stages.items()})
pulumi.export(
    "accounts",
    stages["production"].id.apply(
        lambda id: [account.native_name for account in roster.britive.list_accounts(APPLICATION, environment_id=id)]
    ),
)

using System;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Takes a role on an account, or on data in it, away from an identity.</summary>
    [Cmdlet(VerbsSecurity.Revoke, "CosmiAccess", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true)]
    [OutputType(typeof(void))]
    public sealed class RevokeCosmiAccessCommand : CosmiAccessCmdlet
    {
        /// <summary>From whom: the object id of an identity.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("ObjectId")]
        [AllowNull]
        [AllowEmptyString]
        [AfterResourceId]
        public string? PrincipalId { get; set; }

        /// <summary>Which role, by its name or its id.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(RoleCompleter))]
        [AfterResourceId]
        public string Role { get; set; } = string.Empty;

        /// <summary>Does not wait until Azure is done, which takes some seconds for Cosmos DB's own roles.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null || !IsPrincipal(PrincipalId) || !(Scope() is DataScope scope))
            {
                return;
            }

            string principal = PrincipalId!;
            string role = Role;
            bool dataPlane = DataPlane;
            string place = Place(account, scope);
            string thing = dataPlane ? $"the data of {place}" : place;
            CosmiClient client = Connection.Native;
            Task<CosmiResources> Revoke(CosmiCallOptions options, CancellationToken stop) => dataPlane
                ? client.RevokeDataAccessAsync(account, scope.Database, scope.Collection, principal, role, !NoWait, options, stop)
                : client.RevokeAccessAsync(account, principal, role, options, stop);
            if (!ShouldSend(
                principal,
                $"Take the role {role} on {thing} away from {principal}",
                $"DELETE {(dataPlane ? ArmPath.DataRoleAssignment(account) : ArmPath.RoleAssignment(account))}",
                Revoke))
            {
                return;
            }

            if (dataPlane)
            {
                Enqueue(
                    principal,
                    Revoke,
                    revoked => TellAbsent(revoked, $"role {role} of {principal} on {thing}"));
                return;
            }

            string? above = null;
            Enqueue(
                principal,
                async (options, stop) =>
                {
                    CosmiResources revoked = await Revoke(options, stop).ConfigureAwait(false);
                    above = await AboveAsync(client, account, principal, role, options, stop).ConfigureAwait(false);
                    return revoked;
                },
                revoked =>
                {
                    TellAbsent(revoked, $"role {role} of {principal} on {thing}");
                    if (above != null)
                    {
                        WriteWarning($"{principal} still has the role {role} on {thing}: it was given on {above}, and has to be taken away there.");
                    }
                });
        }

        /// <summary>What above the account the identity has the role on, if that can be told: from there it counts for the account.</summary>
        private static async Task<string?> AboveAsync(
            CosmiClient client,
            CosmiAccountReference account,
            string principal,
            string role,
            CosmiCallOptions options,
            CancellationToken stop)
        {
            try
            {
                CosmiResources held = await client.ListAccessAsync(account, principal, options, stop).ConfigureAwait(false);
                return held.Json
                    .Select(json => new Access(json, account.Name, CosmiChange.None))
                    .Where(access => string.Equals(access.RoleId, AzureRole.IdOf(role), StringComparison.OrdinalIgnoreCase))
                    .Select(access => access.Scope)
                    .FirstOrDefault(scope => scope != null && scope.IndexOf("/databaseAccounts/", StringComparison.OrdinalIgnoreCase) < 0);
            }
            catch (CosmiException)
            {
                // The role has been taken away all the same.
                return null;
            }
        }
    }
}

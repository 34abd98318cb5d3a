using System.Management.Automation;
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
        public string? PrincipalId { get; set; }

        /// <summary>Which role, by its name or its id.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(RoleCompleter))]
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
            if (!ShouldSend(
                $"Take the role {role} on {thing} away from {principal}",
                $"DELETE {(dataPlane ? ArmPath.DataRoleAssignment(account) : ArmPath.RoleAssignment(account))}"))
            {
                return;
            }

            Enqueue(
                principal,
                (options, stop) => dataPlane
                    ? Connection.Native.RevokeDataAccessAsync(account, scope.Database, scope.Collection, principal, role, !NoWait, options, stop)
                    : Connection.Native.RevokeAccessAsync(account, principal, role, options, stop),
                revoked => TellAbsent(revoked, $"role {role} of {principal} on {thing}"));
        }
    }
}

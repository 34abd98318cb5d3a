using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Takes a role on an account away from an identity.</summary>
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

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null || !IsPrincipal(PrincipalId) || !ShouldSend(
                $"Take the role {Role} on account {Target(account)} away from {PrincipalId}",
                $"DELETE {ArmPath.RoleAssignment(account)}"))
            {
                return;
            }

            string principal = PrincipalId!;
            string role = Role;
            Enqueue(
                principal,
                (options, stop) => Connection.Native.RevokeAccessAsync(account, principal, role, options, stop),
                revoked => TellAbsent(revoked, $"role {role} of {principal} on account {Target(account)}"));
        }
    }
}

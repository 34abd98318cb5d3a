using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells who has which role on an account.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiAccess", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(Access))]
    public sealed class GetCosmiAccessCommand : CosmiAccessCmdlet
    {
        /// <summary>Only the roles of this identity, by its object id.</summary>
        [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("ObjectId")]
        [AllowNull]
        [AllowEmptyString]
        public string? PrincipalId { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null || !IsPrincipal(PrincipalId, allowsNone: !MyInvocation.BoundParameters.ContainsKey(nameof(PrincipalId))))
            {
                return;
            }

            string? principal = PrincipalId;
            Enqueue(
                principal ?? Target(account),
                (options, stop) => Connection.Native.ListAccessAsync(account, principal, options, stop),
                found =>
                {
                    Remember(account.Name, null, null);
                    foreach (string json in found.Json)
                    {
                        WriteObject(new Access(json, account.Name, found.Change));
                    }
                });
        }
    }
}

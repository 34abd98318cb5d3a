using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Deletes accounts with all that is in them.</summary>
    [Cmdlet(VerbsCommon.Remove, "CosmiAccount", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
    [OutputType(typeof(void))]
    public sealed class RemoveCosmiAccountCommand : CosmiAccountCmdlet
    {
        /// <summary>The accounts' names. The session's account is never meant.</summary>
        [Parameter(ParameterSetName = AccountSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        [Names("account")]
        public string[] AccountName { get; set; } = System.Array.Empty<string>();

        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            if (ResourceId != null)
            {
                Remove(Account(null));
                return;
            }

            foreach (string name in AccountName)
            {
                Remove(Account(name));
            }
        }

        private void Remove(CosmiAccountReference? account)
        {
            if (account == null)
            {
                return;
            }

            Task<CosmiResources> Delete(CosmiCallOptions options, CancellationToken stop) => Connection.Native.DeleteAccountAsync(account, !NoWait, options, stop);
            if (ShouldSend(Target(account), $"Delete account {Target(account)}, with all that is in it", $"DELETE {ArmPath.Account(account)}", Delete))
            {
                Enqueue(
                    Target(account),
                    Delete,
                    deleted => TellAbsent(deleted, $"account {Target(account)}"));
            }
        }
    }
}

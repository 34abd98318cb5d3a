using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command that gives keys of an account, or what has them in it.</summary>
    public abstract class CosmiKeyCmdlet : CosmiAccountCmdlet
    {
        /// <summary>The account's name.</summary>
        [Parameter(ParameterSetName = AccountSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        [Names]
        public virtual string? AccountName { get; set; }

        /// <summary>Gives them as String instead of SecureString.</summary>
        [Parameter]
        public SwitchParameter AsPlainText { get; set; }

        /// <summary>The account that is meant; null, after an error was written, when none is.</summary>
        private protected CosmiAccountReference? Account() => Account(AccountName);
    }
}

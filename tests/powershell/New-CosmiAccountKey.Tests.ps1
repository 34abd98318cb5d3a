BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'New-CosmiAccountKey' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name New-CosmiAccountKey | Should -Be @(
            '-AccountName|Name [String] Account@0<value<name'
            '-AsPlainText [SwitchParameter] All'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-Kind [CosmiKeyRole] All!@1'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'replaces the <Kind> key and no other' -ForEach @(
        @{ Kind = 'Primary'; Access = 'ReadWrite' }
        @{ Kind = 'Secondary'; Access = 'ReadWrite' }
        @{ Kind = 'PrimaryReadOnly'; Access = 'ReadOnly' }
        @{ Kind = 'SecondaryReadOnly'; Access = 'ReadOnly' }
    ) {
        $before = Get-CosmiAccountKey -AccountName myaccount -AsPlainText
        $new = New-CosmiAccountKey -AccountName myaccount -Kind $Kind -Confirm:$false
        $new | Should -BeOfType ([Cosmi.AccountKey])
        $new.AccountName | Should -Be 'myaccount'
        $new.Kind | Should -Be $Kind
        $new.Access | Should -Be $Access
        $new.Key | Should -BeOfType ([System.Security.SecureString])
        $after = Get-CosmiAccountKey -AccountName myaccount -AsPlainText
        foreach ($key in $after) {
            $former = ($before | Where-Object { $_.Kind -eq $key.Kind }).Key
            ($key.Key -ceq $former) | Should -Be ($key.Kind -ne $Kind) -Because $key.Kind
        }
        ConvertFrom-Secret -Secret $new.Key | Should -BeExactly ($after | Where-Object { $_.Kind -eq $Kind }).Key
    }

    It 'gives a key that works, and the former one does not any more' {
        $former = (Get-CosmiAccountKey -AccountName myaccount -Kind ReadWrite)[0].Key
        $new = New-CosmiAccountKey -AccountName myaccount -Kind Primary -Confirm:$false
        $splat = @{ Endpoint = $simulator.accounts.myaccount.endpoint; Database = 'Test'; Name = 'Test' }
        (Get-CosmiCollection @splat -Key $new.Key).id | Should -Be 'Test'
        (Invoke-Failing { Get-CosmiCollection @splat -Key $former -ErrorAction Stop }).Id | Should -Be 'Cosmi.Unauthenticated'
        # The client's own copy of the keys is taken anew.
        (Get-CosmiCollection -AccountName myaccount -Database Test -Name Test).id | Should -Be 'Test'
    }

    It 'gives a String with -AsPlainText, and shows no key otherwise' {
        (New-CosmiAccountKey -AccountName myaccount -Kind Secondary -AsPlainText -Confirm:$false).Key | Should -BeOfType ([string])
        New-CosmiAccountKey -AccountName myaccount -Kind Secondary -Confirm:$false | Out-String | Should -BeLike '*(SecureString)*'
    }

    It 'takes <What> for no account' -ForEach @(
        @{ What = 'a collection'; Source = { Get-CosmiCollection -AccountName myaccount -Database D -Name A } }
        @{ What = 'a key'; Source = { Get-CosmiAccountKey -AccountName myaccount | Select-Object -First 1 } }
    ) {
        $piped = & $Source
        Clear-SimulatorJournal -Simulator $simulator
        $failure = Invoke-Failing { $piped | New-CosmiAccountKey -Kind Primary -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike "$What is no account: New-CosmiAccountKey would have taken it for account myaccount*"
        $failure.Action | Should -Be 'name the account with -AccountName, or pipe what Get-CosmiAccount gives'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'takes accounts, names and rows from the pipeline' {
        $accounts = @(Get-CosmiAccount -AccountName myaccount) + @('myaccount') + @([pscustomobject]@{ Name = 'myaccount' })
        @(($accounts | New-CosmiAccountKey -Kind Secondary -Confirm:$false).AccountName) | Should -Be @('myaccount', 'myaccount', 'myaccount')
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script "'Primary', 'Secondary', 'PrimaryReadOnly', 'SecondaryReadOnly' | ForEach-Object { New-CosmiAccountKey -AccountName myaccount -Kind `$_ -WhatIf }"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        foreach ($kind in 'Primary', 'Secondary', 'PrimaryReadOnly', 'SecondaryReadOnly') {
            $null = New-CosmiAccountKey -AccountName myaccount -Kind $kind -Confirm:$false
        }
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'tells no key in any stream' {
        $told = & { $DebugPreference = 'Continue'; New-CosmiAccountKey -AccountName myaccount -Kind Secondary -Confirm:$false -Verbose } 2>&1 3>&1 4>&1 5>&1 6>&1 | Out-String -Width 4096
        $told | Should -BeLike '*regenerateKey*'
        foreach ($key in Get-CosmiAccountKey -AccountName myaccount -AsPlainText) {
            $told.Contains($key.Key) | Should -BeFalse
        }
    }

    It 'does not say that a second run waits where it would replace the key once more' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1000; seconds = 1000 }
        $failure = Invoke-Failing { New-CosmiAccountKey -AccountName myaccount -Kind Secondary -Confirm:$false -TimeoutSec 1 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.TimedOut'
        $failure.Action | Should -BeLike '*Get-CosmiAccountKey*replaces it once more*'
        $failure.Action | Should -Not -BeLike '*to wait for it*'
    }

    It 'replaces one key, never another one for several' {
        # As flags, Secondary and PrimaryReadOnly make SecondaryReadOnly.
        foreach ($kind in @('Secondary', 'PrimaryReadOnly'), 'Secondary,PrimaryReadOnly') {
            $failure = Invoke-Failing { New-CosmiAccountKey -AccountName myaccount -Kind $kind -Confirm:$false -ErrorAction Stop }
            $failure.Message | Should -BeLike '*Give one of Primary, Secondary, PrimaryReadOnly, SecondaryReadOnly, not several.*'
        }
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says that the identity may not' {
        $failure = Invoke-Failing { New-CosmiAccountKey -AccountName readeraccount -Kind Primary -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Target | Should -Be 'readeraccount'
        $failure.Message | Should -BeLike '*regenerateKey/action*'
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}

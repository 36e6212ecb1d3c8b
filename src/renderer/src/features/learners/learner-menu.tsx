/** Who is practising, in the title bar; changes the learner. */
import { Check, ChevronDown, Plus, Users } from 'lucide-react';
import { Button as AriaButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { useLocation } from 'wouter';
import { attempt } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { useLearners } from '../../connection/queries.ts';
import { count, initials } from '../../ui/format.ts';
import './learners.css';

export function LearnerMenu() {
  const client = useClient();
  const { data: learners } = useLearners();
  const [, navigate] = useLocation();
  const current = learners?.find((learner) => learner.current);
  if (!learners || !current) return null;
  return (
    <MenuTrigger>
      <AriaButton className="btn quiet learner-button" aria-label={`Learner: ${current.name}`}>
        <span className="avatar" aria-hidden="true">
          {initials(current.name)}
        </span>
        <span className="ell">{current.name}</span>
        <ChevronDown className="i" aria-hidden />
      </AriaButton>
      <Popover className="pop" placement="bottom end">
        <Menu className="menu" aria-label="Learners">
          <MenuSection>
            <Header>Learners on this machine</Header>
            {learners.map((learner) => (
              <MenuItem
                key={learner.id}
                id={learner.id}
                textValue={learner.name}
                onAction={() => {
                  if (!learner.current) void attempt(client.learners.switchTo({ learnerId: learner.id })).then(() => navigate('/'));
                }}
              >
                <span className="avatar" aria-hidden="true">
                  {initials(learner.name)}
                </span>
                <span className="grow">
                  <span className="strong">{learner.name}</span>
                  <span className="cap learner-detail">{learner.sessions === 0 ? 'not started' : count(learner.sessions, 'session')}</span>
                </span>
                {learner.current && <Check className="i" aria-label="practising now" role="img" />}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator />
          <MenuItem id="add" onAction={() => navigate('/learners/add')}>
            <Plus className="i" aria-hidden />
            Add a learner
          </MenuItem>
          <MenuItem id="manage" onAction={() => navigate('/learners')}>
            <Users className="i" aria-hidden />
            Manage learners
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
